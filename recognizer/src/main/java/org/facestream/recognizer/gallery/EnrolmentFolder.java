package org.facestream.recognizer.gallery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.facestream.ingest.worker.config.UserError;

/**
 * A folder of folders: each is named after a person and holds pictures of them. Names may be in any
 * script. Hidden files are passed over; links that lead out of the folder are refused, so that
 * nothing is read that was not put there.
 */
public final class EnrolmentFolder {
  private static final long MOST_BYTES = 64L << 20;

  private final Path root;

  /** A picture and whose it is said to be. */
  private record Portrayed(String name, Path file) {}

  /**
   * Opens a folder.
   *
   * @throws UserError when there is none
   */
  public EnrolmentFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserError(
          folder + " is not a folder. Give one that holds a folder of pictures per person.");
    }
    try {
      this.root = folder.toRealPath();
    } catch (IOException unreadable) {
      throw new UserError("Cannot read " + folder + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /** How many files there are, for a progress bar. */
  public int size() {
    List<Portrayed> pictures = new ArrayList<>();
    visit(pictures::add, refused -> pictures.add(null));
    return pictures.size();
  }

  /**
   * Enrols every picture, in the order of their paths.
   *
   * @param each is told the result of each file as soon as it is known
   */
  public void enrolAll(Enrolment enrolment, Consumer<EnrolmentResult> each) {
    visit(picture -> each.accept(enrol(enrolment, picture)), each);
  }

  private EnrolmentResult enrol(Enrolment enrolment, Portrayed picture) {
    String source = root.relativize(picture.file()).toString();
    try {
      if (Files.size(picture.file()) > MOST_BYTES) {
        return refused(picture, "too-large", "the file has more than 64 MB");
      }
      return enrolment.enrol(picture.name(), source, Files.readAllBytes(picture.file()));
    } catch (IOException unreadable) {
      return refused(picture, "unreadable", "it cannot be read: " + unreadable.getMessage());
    }
  }

  private EnrolmentResult.Refused refused(Portrayed picture, String reason, String message) {
    return new EnrolmentResult.Refused(
        PersonName.shown(root.relativize(picture.file()).toString()),
        PersonName.shown(picture.name()),
        reason,
        message);
  }

  private void visit(Consumer<Portrayed> pictures, Consumer<EnrolmentResult> refusals) {
    for (Path entry : children(root)) {
      String name = entry.getFileName().toString();
      Portrayed whole = new Portrayed(name, entry);
      if (leadsOut(entry)) {
        refusals.accept(refused(whole, "link", "it is a link that leads out of the folder"));
      } else if (!Files.isDirectory(entry)) {
        refusals.accept(
            refused(whole, "no-person", "pictures belong into a folder with the person's name"));
      } else {
        visitPerson(whole, pictures, refusals);
      }
    }
  }

  private void visitPerson(
      Portrayed person, Consumer<Portrayed> pictures, Consumer<EnrolmentResult> refusals) {
    String name;
    try {
      name = PersonName.check(person.name());
    } catch (UserError notAName) {
      refusals.accept(refused(person, "bad-name", notAName.getMessage()));
      return;
    }
    for (Path file : children(person.file())) {
      Portrayed picture = new Portrayed(name, file);
      if (leadsOut(file)) {
        refusals.accept(refused(picture, "link", "it is a link that leads out of the folder"));
      } else if (!Files.isRegularFile(file)) {
        refusals.accept(refused(picture, "not-a-file", "it is not a file"));
      } else {
        pictures.accept(picture);
      }
    }
  }

  private boolean leadsOut(Path path) {
    try {
      return Files.isSymbolicLink(path) && !path.toRealPath().startsWith(root);
    } catch (IOException broken) {
      return true;
    }
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> !child.getFileName().toString().startsWith("."))
          .filter(child -> Files.exists(child, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException unreadable) {
      throw new UserError("Cannot read " + folder + ": " + unreadable.getMessage(), unreadable);
    }
  }
}
