package org.facestream.detector.onnx;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.facestream.ingest.worker.config.UserError;

/**
 * The device on which models run.
 *
 * @param kind the wanted kind
 * @param index which GPU, 0 for the first; 0 for the CPU
 * @param cuda how a GPU is used
 */
public record Device(Kind kind, int index, CudaOptions cuda) {
  /** The first GPU if it works, otherwise the CPU. */
  public static final Device AUTO = new Device(Kind.AUTO, 0, CudaOptions.DEFAULT);

  public static final Device CPU = new Device(Kind.CPU, 0, CudaOptions.DEFAULT);

  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

  /** The kinds of devices. */
  public enum Kind {
    /** CUDA if it works, otherwise the CPU. */
    AUTO,
    CPU,
    /** CUDA only. */
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
   * @throws UserError for another value
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

  /** The same device with other GPU options. */
  public Device with(CudaOptions options) {
    return new Device(kind, index, options);
  }

  /**
   * The batch size for a number of inputs. A GPU prepares for each new shape, so only powers of two
   * are used, and the rest of the batch is arbitrary.
   *
   * @param count 1 or more
   * @param most maximum batch size
   */
  public int fill(int count, int most) {
    if (kind != Kind.CUDA || count >= most) {
      return count;
    }
    int power = Integer.highestOneBit(count);
    return Math.min(power == count ? count : 2 * power, most);
  }

  /** The format of {@link #parse}. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CUDA ? name + ":" + index : name;
  }
}
