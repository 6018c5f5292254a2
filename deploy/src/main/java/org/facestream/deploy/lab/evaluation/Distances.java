package org.facestream.deploy.lab.evaluation;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every distance of an evaluation as CSV (RFC 4180), for other plots.
 *
 * <p>{@code kind} is {@code pair} for two pictures; {@code mated} and {@code stranger} for a
 * picture that was searched for, of somebody enrolled or not, and the person of the gallery who was
 * nearest. {@code same} is whether both are one person. A distance is empty where a picture has no
 * face.
 *
 * @param verification the pairs
 * @param identification the searches; null when there were none
 */
public record Distances(Verification verification, @Nullable Identification identification) {

  /** Writes it, and leaves the writer open. */
  public void write(Writer csv) throws IOException {
    csv.write("kind,first,second,distance,same\r\n");
    for (Verification.ScoredPair pair : verification.pairs()) {
      line(
          csv,
          "pair",
          pair.pair().first(),
          pair.pair().second(),
          pair.distance(),
          pair.pair().same());
    }
    if (identification != null) {
      searches(csv, "mated", identification.mated());
      searches(csv, "stranger", identification.strangers());
    }
  }

  private static void searches(Writer csv, String kind, List<Identification.Search> searches)
      throws IOException {
    for (Identification.Search search : searches) {
      boolean same = search.person().equals(search.found());
      line(csv, kind, search.picture(), search.found(), search.distance(), same);
    }
  }

  private static void line(
      Writer csv, String kind, String first, String second, float distance, boolean same)
      throws IOException {
    String number = Float.isFinite(distance) ? Float.toString(distance) : "";
    csv.write("%s,%s,%s,%s,%s\r\n".formatted(kind, quoted(first), quoted(second), number, same));
  }

  private static String quoted(String text) {
    return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
