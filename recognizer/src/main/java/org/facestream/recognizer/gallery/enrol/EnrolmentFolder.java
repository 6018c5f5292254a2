package org.facestream.recognizer.gallery.enrol;

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
import org.facestream.recognizer.gallery.contract.PersonName;

/**
 * A folder of folders, each named after a person and with pictures of that person. Names may be in
 * any script. Hidden files are skipped; links to outside of the folder are refused.
 */
public final class EnrolmentFolder {
  private final Path root;

  /**
   * Opens a folder.
   *
   * @throws UserError when there is none
   */
  public EnrolmentFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserError(
          folder
              + " is not a folder. Give a folder that contains a folder of pictures for each "
              + "person.");
    }
    try {
      this.root = folder.toRealPath();
    } catch (IOException unreadable) {
      throw UserError.unreadable(folder, unreadable);
    }
  }

  /** Its path, without links. */
  Path root() {
    return root;
  }

  /**
   * Its current content, ordered by path.
   *
   * @throws UserError when the folder itself cannot be read
   */
  public List<Submission> submissions() {
    List<Submission> found = new ArrayList<>();
    try {
      for (Path entry : children(root)) {
        visit(entry, found::add);
      }
    } catch (IOException unreadable) {
      throw UserError.unreadable(root, unreadable);
    }
    return found;
  }

  /** The folder itself and those of the persons, as far as they can be read. */
  List<Path> folders() {
    List<Path> folders = new ArrayList<>(List.of(root));
    try {
      children(root).stream()
          .filter(child -> Files.isDirectory(child) && !leadsOut(child))
          .forEach(folders::add);
    } catch (IOException unreadable) {
      // The next listing reports the failure.
    }
    return folders;
  }

  private void visit(Path entry, Consumer<Submission> found) {
    String name = entry.getFileName().toString();
    if (leadsOut(entry)) {
      found.accept(unusable(name, entry, "link", "it is a link to outside of the folder"));
    } else if (!Files.isDirectory(entry)) {
      found.accept(
          unusable(name, entry, "no-person", "put pictures into a folder with the person's name"));
    } else {
      visitPerson(name, entry, found);
    }
  }

  private void visitPerson(String folder, Path person, Consumer<Submission> found) {
    List<Path> files;
    String name;
    try {
      name = PersonName.check(folder);
      files = children(person);
    } catch (UserError notAName) {
      found.accept(unusable(folder, person, "bad-name", String.valueOf(notAName.getMessage())));
      return;
    } catch (IOException unreadable) {
      found.accept(
          unusable(
              folder, person, "unreadable", "it cannot be read: " + UserError.reason(unreadable)));
      return;
    }
    for (Path file : files) {
      if (leadsOut(file)) {
        found.accept(unusable(name, file, "link", "it is a link to outside of the folder"));
      } else if (!Files.isRegularFile(file)) {
        found.accept(unusable(name, file, "not-a-file", "it is not a file"));
      } else {
        found.accept(new Submission.PictureFile(name, source(file), file));
      }
    }
  }

  private Submission unusable(String name, Path file, String reason, String message) {
    return new Submission.Unusable(
        file, new EnrolmentResult.Refused(source(file), PersonName.shown(name), reason, message));
  }

  private String source(Path file) {
    return PersonName.shown(root.relativize(file).toString());
  }

  private boolean leadsOut(Path path) {
    try {
      return Files.isSymbolicLink(path) && !path.toRealPath().startsWith(root);
    } catch (IOException broken) {
      return true;
    }
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> !child.getFileName().toString().startsWith("."))
          .filter(child -> Files.exists(child, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .toList();
    } catch (UncheckedIOException interrupted) {
      throw interrupted.getCause();
    }
  }
}
