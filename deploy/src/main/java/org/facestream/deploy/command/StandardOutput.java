package org.facestream.deploy.command;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A writer to the process's output that keeps its failure: a full disk, a closed pipe, a closed
 * terminal. A print writer alone discards the failure, and the command would seem to succeed.
 */
public final class StandardOutput extends PrintWriter {
  private final Attempts attempts;

  private StandardOutput(Attempts attempts, Charset charset) {
    super(new OutputStreamWriter(attempts, charset), true);
    this.attempts = attempts;
  }

  /** The standard output, in the encoding that Java found or was given for it. */
  public static StandardOutput out() {
    return new StandardOutput(
        new Attempts(new FileOutputStream(FileDescriptor.out)), charset("stdout.encoding"));
  }

  /** The standard error. */
  public static StandardOutput err() {
    return new StandardOutput(
        new Attempts(new FileOutputStream(FileDescriptor.err)), charset("stderr.encoding"));
  }

  /** Why what was printed so far did not arrive, or empty where all did. */
  public static Optional<IOException> failure(PrintWriter writer) {
    if (!writer.checkError()) {
      return Optional.empty();
    }
    IOException known = writer instanceof StandardOutput output ? output.attempts.failure : null;
    return Optional.of(known == null ? new IOException("it is closed") : known);
  }

  /** Java 17 knows the encoding only of a terminal, under another name. */
  private static Charset charset(String property) {
    String name = System.getProperty(property, System.getProperty("sun." + property));
    return name == null ? Charset.defaultCharset() : Charset.forName(name);
  }

  /** Keeps the first failure, and tries again: a disk may be full for a while only. */
  private static final class Attempts extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    private Attempts(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException failed) {
        failure = failure == null ? failed : failure;
        throw failed;
      }
    }
  }
}
