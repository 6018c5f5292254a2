package org.facestream.sink.api.http;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing that the API does, as a value: the server, the check of roles, the OpenAPI document and
 * the tests are made from the same list.
 *
 * @param path with parameters in braces, such as {@code /api/v1/sightings/{track}}
 * @param role the least role that may call it
 * @param summary one line, in the imperative
 * @param parameters those of the path, the query and headers
 * @param body what is sent
 * @param answer what is answered when it is done, with its status
 */
public record Route(
    Method method,
    String path,
    Role role,
    String summary,
    List<Parameter> parameters,
    Content body,
    Answer answer,
    Handler handler) {

  private static final Pattern IN_PATH = Pattern.compile("\\{(\\w+)}");

  /** The method of HTTP. */
  public enum Method {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE;

    /** Whether it changes nothing. */
    public boolean isSafe() {
      return this == GET;
    }
  }

  /**
   * The answer of a request that was done.
   *
   * @param dialect of the answer when it is not done
   */
  public record Answer(int status, Content content, Dialect dialect) {}

  /** Does it. */
  public interface Handler {
    /**
     * @throws Problem for an answer that is an error
     * @throws Exception of the store, of Kafka or of the user's doing: the frame answers for them
     */
    void handle(Call call) throws Exception;
  }

  /** Begins a route that answers what it is asked for. */
  public static Builder get(String path, Role role, String summary) {
    return new Builder(Method.GET, path, role, summary);
  }

  /** Begins a route that does something. */
  public static Builder post(String path, Role role, String summary) {
    return new Builder(Method.POST, path, role, summary);
  }

  /** Begins a route that sets something. */
  public static Builder put(String path, Role role, String summary) {
    return new Builder(Method.PUT, path, role, summary);
  }

  /** Begins a route that changes a part of something. */
  public static Builder patch(String path, Role role, String summary) {
    return new Builder(Method.PATCH, path, role, summary);
  }

  /** Begins a route that erases something. */
  public static Builder delete(String path, Role role, String summary) {
    return new Builder(Method.DELETE, path, role, summary);
  }

  /** Makes a route. */
  public static final class Builder {
    private final Method method;
    private final String path;
    private final Role role;
    private final String summary;
    private final List<Parameter> parameters = new ArrayList<>();
    private Content body = Content.NONE;
    private Answer answer = new Answer(204, Content.NONE, Dialect.OWN);
    private Dialect dialect = Dialect.OWN;

    private Builder(Method method, String path, Role role, String summary) {
      this.method = method;
      this.path = path;
      this.role = role;
      this.summary = summary;
      for (Matcher name = IN_PATH.matcher(path); name.find(); ) {
        add(name.group(1), Parameter.Place.path, Parameter.Type.text, true, false, "");
      }
    }

    private Builder add(
        String name,
        Parameter.Place place,
        Parameter.Type type,
        boolean required,
        boolean repeated,
        String description) {
      parameters.add(new Parameter(name, place, type, required, repeated, description));
      return this;
    }

    /** A parameter of the query that may be left out. */
    public Builder query(String name, Parameter.Type type, String description) {
      return add(name, Parameter.Place.query, type, false, false, description);
    }

    /** A parameter of the query that must be there. */
    public Builder required(String name, Parameter.Type type, String description) {
      return add(name, Parameter.Place.query, type, true, false, description);
    }

    /** A parameter of the query that may be given more than once. */
    public Builder repeated(String name, String description) {
      return add(name, Parameter.Place.query, Parameter.Type.text, false, true, description);
    }

    /** A header that may be left out. */
    public Builder header(String name, String description) {
      return add(name, Parameter.Place.header, Parameter.Type.text, false, false, description);
    }

    /** {@code limit} and {@code cursor}, as of each list that has pages. */
    public Builder pages() {
      return query("limit", Parameter.Type.integer, "Largest number of items, 1 to 500.")
          .query("cursor", Parameter.Type.text, "Continues a list: next of the page before.");
    }

    /** What is sent. */
    public Builder body(Content content) {
      this.body = content;
      return this;
    }

    /** JSON is sent. */
    public Builder body(Class<?> type) {
      return body(Content.json(type));
    }

    /** What is answered, with 200. */
    public Builder answer(Content content) {
      this.answer = new Answer(200, content, dialect);
      return this;
    }

    /** JSON is answered, with 200. */
    public Builder answer(Type type) {
      return answer(Content.json(type));
    }

    /** JSON is answered, with 201. */
    public Builder created(Type type) {
      this.answer = new Answer(201, Content.json(type), dialect);
      return this;
    }

    /** JSON is answered, with 202: it goes on after the answer. */
    public Builder accepted(Type type) {
      this.answer = new Answer(202, Content.json(type), dialect);
      return this;
    }

    /** Answers and parameters are another product's. */
    public Builder dialect(Dialect other) {
      this.dialect = other;
      return this;
    }

    /** The route. */
    public Route handle(Handler handler) {
      Answer given = new Answer(answer.status(), answer.content(), dialect);
      return new Route(method, path, role, summary, List.copyOf(parameters), body, given, handler);
    }
  }
}
