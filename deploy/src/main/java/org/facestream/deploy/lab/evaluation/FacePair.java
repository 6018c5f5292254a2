package org.facestream.deploy.lab.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.facestream.ingest.worker.config.UserError;

/**
 * Two pictures, and whether they show one person.
 *
 * @param fold which part of the pairs it belongs to, from 0
 * @param first picture, relative to the folder of pictures
 * @param second picture, relative to the folder of pictures
 * @param same whether both show the same person
 */
public record FacePair(int fold, String first, String second, boolean same) {

  /**
   * Reads pairs in the format of Labeled Faces in the Wild: a first line with the number of folds
   * and of pairs of one kind in each; then, for each fold, lines {@code name, number, number} (one
   * person), then lines {@code name, number, name, number} (two), separated by tabs. A first line
   * of one number means one fold.
   *
   * @throws UserError that names the file and the line which is not of this format
   */
  public static List<FacePair> readLfw(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException unreadable) {
      throw UserError.unreadable(file, unreadable);
    }
    List<FacePair> pairs = new ArrayList<>();
    int perFold = 0;
    for (int i = 0; i < lines.size(); i++) {
      String[] fields = lines.get(i).strip().split("\\s+");
      try {
        if (i == 0) {
          perFold = 2 * Integer.parseInt(fields[fields.length - 1]);
          if (perFold <= 0 || fields.length > 2) {
            throw new NumberFormatException("no number of pairs");
          }
        } else if (fields.length == 3 || fields.length == 4) {
          pairs.add(pair(pairs.size() / perFold, fields));
        } else if (!lines.get(i).isBlank()) {
          throw new NumberFormatException("3 or 4 fields expected");
        }
      } catch (NumberFormatException malformed) {
        throw new UserError(
            String.format(
                Locale.ROOT,
                "%s, line %d is not of LFW's format (name, number, number; or name, number, name, number): '%s'.",
                file,
                i + 1,
                lines.get(i)));
      }
    }
    if (pairs.isEmpty()) {
      throw new UserError(file + " has no pairs.");
    }
    return pairs;
  }

  private static FacePair pair(int fold, String[] fields) {
    boolean same = fields.length == 3;
    String other = same ? fields[0] : fields[2];
    return new FacePair(
        fold, picture(fields[0], fields[1]), picture(other, fields[fields.length - 1]), same);
  }

  private static String picture(String name, String number) {
    return String.format(Locale.ROOT, "%s/%s_%04d.jpg", name, name, Integer.parseInt(number));
  }
}
