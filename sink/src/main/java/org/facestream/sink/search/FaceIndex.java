package org.facestream.sink.search;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The index of a folder: what its manifest lists, with the files open. The process that holds the
 * folder's lock writes; others read, and {@link #refresh} to see what was written.
 *
 * <p>One thread writes ({@link IndexChange}); any number of threads search. Nothing is erased or
 * closed while a search holds {@link #reading}.
 */
public final class FaceIndex implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final int ATTEMPTS = 5;

  /**
   * A segment, and how many of its rows are valid.
   *
   * @param segment its files
   * @param description with its rows
   */
  record View(Segment segment, Segment.Description description) {}

  /** What a search sees. */
  record Content(Manifest manifest, List<View> views) {
    static final Content NOTHING = new Content(Manifest.empty(""), List.of());

    long rows() {
      return views.stream()
          .mapToLong(view -> view.description().rows() - view.description().erased())
          .sum();
    }

    long scannedBytes() {
      return views.stream()
          .map(View::description)
          .mapToLong(each -> each.blocks() * Block.bytes(each.values()))
          .sum();
    }

    long bytes() {
      return scannedBytes()
          + views.stream()
              .map(View::description)
              .mapToLong(each -> each.rows() * each.values() * Float.BYTES)
              .sum();
    }
  }

  private final Path folder;
  private final boolean exists;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private @Nullable FileChannel lockFile;
  private volatile Content content = Content.NOTHING;

  private FaceIndex(Path folder, boolean exists) {
    this.folder = folder;
    this.exists = exists;
  }

  /** No index: a search reads everything from the database. */
  public static FaceIndex none() {
    return new FaceIndex(Path.of("."), false);
  }

  /**
   * Opens a folder to write into it, if no other process does, or else to read.
   *
   * @throws IOException when it cannot be made or written to
   */
  public static FaceIndex open(Path folder) throws IOException {
    Files.createDirectories(folder, ownerOnly(folder));
    FaceIndex index = new FaceIndex(folder, true);
    if (!index.tryToOwn()) {
      index.refresh();
    }
    return index;
  }

  /** Opens a folder to read; one that is not there is an empty index. */
  public static FaceIndex openToRead(Path folder) throws IOException {
    FaceIndex index = new FaceIndex(folder, true);
    index.refresh();
    return index;
  }

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Takes the folder if nobody has it; returns whether this process writes. */
  boolean tryToOwn() throws IOException {
    if (lockFile != null) {
      return true;
    }
    FileChannel file =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock taken = file.tryLock();
      if (taken != null) {
        lockFile = file;
        // What is open was opened to read.
        show(Content.NOTHING);
        refresh();
        return true;
      }
    } catch (OverlappingFileLockException inThisProcess) {
      // Another index of this process has it.
    }
    file.close();
    return false;
  }

  /** Whether this process writes it. */
  boolean owned() {
    return lockFile != null;
  }

  /** Whether no other process changes it. */
  boolean alone() {
    return owned() || !exists;
  }

  Path folder() {
    return folder;
  }

  Content content() {
    return content;
  }

  /** Faces in it. */
  public long rows() {
    return content.rows();
  }

  /** Size on the disk. */
  public long bytes() {
    return content.bytes();
  }

  /** What a search of all faces reads. */
  public long scannedBytes() {
    return content.scannedBytes();
  }

  /** Held by a search from its look at the database to the last read of a file. */
  Lock reading() {
    return lock.readLock();
  }

  /** Held by the writer while it erases, and while it publishes. */
  Lock writing() {
    return lock.writeLock();
  }

  /**
   * Sees what another process wrote. An index that is missing or torn is an empty one.
   *
   * @throws IOException when files cannot be read
   */
  public void refresh() throws IOException {
    for (int attempt = 0; exists && attempt < ATTEMPTS; attempt++) {
      Optional<Manifest> written = Manifest.read(folder);
      if (written.isPresent() && written.get().equals(content.manifest())) {
        return;
      }
      if (written.isEmpty()) {
        break;
      }
      List<View> views = new ArrayList<>();
      try {
        if (open(written.get(), views)) {
          show(new Content(written.get(), List.copyOf(views)));
          return;
        }
        closeAll(views);
        break;
      } catch (NoSuchFileException replaced) {
        // Its writer has written another manifest meanwhile, or it is torn.
        closeAll(views);
      }
    }
    show(Content.NOTHING);
  }

  /** Opens what a manifest lists; returns whether the files are whole. */
  private boolean open(Manifest written, List<View> views) throws IOException {
    boolean whole = true;
    for (Segment.Description each : written.segments()) {
      Segment segment = opened(each).orElse(null);
      if (segment == null) {
        segment = Segment.open(folder, each, false, owned());
      }
      views.add(new View(segment, each));
      whole &= segment.holds(each);
    }
    return whole;
  }

  Optional<Segment> opened(Segment.Description segment) {
    return content.views().stream()
        .map(View::segment)
        .filter(open -> open.isOf(segment))
        .findFirst();
  }

  /** Closes the files that are not seen any more. */
  void show(Content next) throws IOException {
    lock.writeLock().lock();
    try {
      List<View> before = content.views();
      content = next;
      Set<Segment> kept = new HashSet<>(next.views().stream().map(View::segment).toList());
      closeAll(before.stream().filter(view -> !kept.contains(view.segment())).toList());
    } finally {
      lock.writeLock().unlock();
    }
  }

  private static void closeAll(List<View> views) throws IOException {
    for (View view : views) {
      view.segment().close();
    }
  }

  /** Deletes files of segments that the manifest does not list. */
  void deleteOthers() throws IOException {
    Set<String> listed = new HashSet<>();
    for (Segment.Description each : content.manifest().segments()) {
      listed.add(each.file(Segment.CODES));
      listed.add(each.file(Segment.FLOATS));
    }
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "*.{" + Segment.CODES + "," + Segment.FLOATS + "}")) {
      for (Path file : files) {
        if (!listed.contains(String.valueOf(file.getFileName()))) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    show(Content.NOTHING);
    if (lockFile != null) {
      lockFile.close();
      lockFile = null;
    }
  }
}
