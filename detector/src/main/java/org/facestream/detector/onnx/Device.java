package org.facestream.detector.onnx;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.UserError;

/**
 * Where models run.
 *
 * @param kind what is wanted
 * @param index which GPU, 0 for the first; 0 for the CPU
 * @param cuda how a GPU is used
 */
public record Device(Kind kind, int index, CudaOptions cuda) {
  /** The first GPU where it works, else the CPU. */
  public static final Device AUTO = new Device(Kind.AUTO, 0, CudaOptions.DEFAULT);

  public static final Device CPU = new Device(Kind.CPU, 0, CudaOptions.DEFAULT);

  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

  /** What may be wanted. */
  public enum Kind {
    /** CUDA where it works, else the CPU. */
    AUTO,
    CPU,
    /** CUDA and nothing else. */
    CUDA
  }

  public Device {
    if (index < 0 || (kind != Kind.CUDA && index != 0)) {
      throw new IllegalArgumentException("only CUDA devices are numbered, from 0 up");
    }
  }

  /** A GPU by its number, 0 for the first. */
  public static Device cuda(int index) {
    return new Device(Kind.CUDA, index, CudaOptions.DEFAULT);
  }

  /**
   * Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}.
   *
   * @throws UserError where it is none of these
   */
  public static Device parse(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    if (wanted.equals("auto")) {
      return AUTO;
    }
    if (wanted.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = CUDA.matcher(wanted);
    if (!cuda.matches()) {
      throw new UserError("device '" + text + "' is not known: give auto, cpu, cuda or cuda:N");
    }
    return cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
  }

  /** The same with a GPU used in another way. */
  public Device with(CudaOptions options) {
    return new Device(kind, index, options);
  }

  /**
   * How many inputs to run together where so many are at hand. A GPU prepares itself for each shape
   * that it has not seen, so it gets few: powers of two, filled up with whatever is in memory.
   *
   * @param count 1 or more
   * @param most that can be run together; a power of two is enough of it
   */
  public int fill(int count, int most) {
    if (kind != Kind.CUDA || count >= most) {
      return count;
    }
    int power = Integer.highestOneBit(count);
    return Math.min(power == count ? count : 2 * power, most);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CUDA ? name + ":" + index : name;
  }
}
