package org.facestream.sink.api.http;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The routes as a page for people, without scripts or styles of elsewhere. */
final class ReadablePage {
  static final String STYLE =
      """
      body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733;background:#fff}
      h2{margin-top:2.5rem;border-bottom:1px solid #cfd8e0}h3{font:600 1rem ui-monospace,monospace;margin-bottom:.2rem}
      b{display:inline-block;min-width:4.5rem}table{border-collapse:collapse}td{padding:.1rem 1rem .1rem 0;vertical-align:top}
      code{font:14px ui-monospace,monospace}.role{color:#5b6b7a}
      @media(prefers-color-scheme:dark){body{color:#dfe6ec;background:#12181e}h2{border-color:#34424f}.role{color:#93a4b3}}
      """;

  private ReadablePage() {}

  static String of(List<Route> routes) {
    Map<String, List<Route>> byTag =
        routes.stream()
            .collect(
                Collectors.groupingBy(
                    route -> OpenApiDocument.tag(route.path()), TreeMap::new, Collectors.toList()));
    StringBuilder page =
        new StringBuilder(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width\"><title>facestream: HTTP API</title>"
                + "<link rel=\"stylesheet\" href=\"/api/v1/docs.css\"><h1>HTTP API</h1>"
                + "<p>The same as <a href=\"/api/v1/openapi.json\">OpenAPI 3.1</a>, with the types"
                + " of all bodies. Log in with <code>POST /api/v1/session</code>, or send an API key"
                + " in the header <code>x-api-key</code>.</p>");
    byTag.forEach(
        (tag, its) -> {
          page.append("<h2>").append(escape(tag)).append("</h2>");
          its.forEach(route -> append(page, route));
        });
    return page.append("</html>").toString();
  }

  private static void append(StringBuilder page, Route route) {
    page.append("<h3><b>%s</b>%s</h3>".formatted(route.method(), escape(route.path())));
    page.append(
        "<p>%s <span class=\"role\">Role: %s.</span></p>"
            .formatted(escape(route.summary()), route.role()));
    List<Parameter> shown =
        route.parameters().stream().filter(each -> !each.description().isEmpty()).toList();
    if (!shown.isEmpty()) {
      page.append("<table>");
      for (Parameter each : shown) {
        page.append(
            "<tr><td><code>%s</code>%s<td>%s"
                .formatted(
                    escape(each.name()),
                    each.required() ? " (required)" : "",
                    escape(each.description())));
      }
      page.append("</table>");
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
