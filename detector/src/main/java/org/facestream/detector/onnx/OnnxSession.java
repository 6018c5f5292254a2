package org.facestream.detector.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.loop.DeviceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loaded model with one input and one or more float32 outputs. It owns the native session and its
 * options.
 *
 * <p>Thread-safe. On CUDA, runs are serialised, because concurrent runs of one session can cause an
 * error that only a new process resolves.
 */
public final class OnnxSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxSession.class);

  private final ModelFile model;
  private final Device device;
  private final SessionOptions options;
  private @Nullable OrtCUDAProviderOptions cuda;
  private final OrtSession session;
  private final String input;
  private final List<String> outputs;
  private final ReentrantLock turn = new ReentrantLock();

  /**
   * Runs hold it shared; closing waits for them, because freeing a session during a run crashes the
   * process.
   */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private final LongAdder nanos = new LongAdder();
  private boolean closed;

  /** An input that succeeded once; null before. */
  private volatile @Nullable TensorBuffer sample;

  /**
   * Loads a model and runs it once, because missing parts of a device are detected only then.
   *
   * @param device {@link Device.Kind#AUTO} uses CUDA if the sample runs on it, otherwise the CPU,
   *     and logs the choice
   * @param threads for one run on the CPU, 1 or more
   * @param sample an input of a usual shape
   * @throws UserError when the model cannot be loaded, or the wanted CUDA device cannot run it; the
   *     message contains what is missing
   */
  public static OnnxSession open(ModelFile model, Device device, int threads, TensorBuffer sample) {
    if (threads < 1) {
      throw new IllegalArgumentException("a session needs a thread");
    }
    return switch (device.kind()) {
      case CPU -> tried(model, device, threads, sample);
      case CUDA -> {
        Cuda.require(device);
        yield tried(model, device, threads, sample);
      }
      case AUTO -> automatic(model, device, threads, sample);
    };
  }

  private static OnnxSession automatic(
      ModelFile model, Device device, int threads, TensorBuffer sample) {
    String obstacle;
    try {
      Device first = Device.cuda(0).with(device.cuda());
      Cuda.require(first);
      OnnxSession session = tried(model, first, threads, sample);
      LOG.info("{} runs on {}", model.name(), session.device);
      return session;
    } catch (UserError unusable) {
      obstacle = unusable.getMessage();
    }
    LOG.info("{} runs on the CPU with {} threads ({})", model.name(), threads, obstacle);
    return tried(model, Device.CPU, threads, sample);
  }

  private static OnnxSession tried(
      ModelFile model, Device device, int threads, TensorBuffer sample) {
    OnnxSession session = new OnnxSession(model, device, threads);
    try {
      session.run(sample);
      session.nanos.reset();
      session.sample = sample.copy();
      return session;
    } catch (RuntimeException unusable) {
      session.close();
      throw device.kind() == Device.Kind.CUDA
          ? new UserError(Cuda.unusable(device, unusable), unusable)
          : unusable;
    }
  }

  private OnnxSession(ModelFile model, Device device, int threads) {
    this.model = model;
    this.device = device;
    OrtEnvironment environment = NativeRuntime.environment();
    options = new SessionOptions();
    try {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      // Spinning threads would use cores that decoding and other stages need.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      if (device.kind() == Device.Kind.CUDA) {
        options.setMemoryPatternOptimization(false);
        cuda = Cuda.provider(device);
        options.addCUDA(cuda);
      }
      session = environment.createSession(model.bytes(), options);
      input = session.getInputNames().iterator().next();
      outputs = List.copyOf(session.getOutputNames());
    } catch (OrtException refused) {
      closeOptions();
      throw new UserError(
          device.kind() == Device.Kind.CUDA
              ? Cuda.unusable(device, refused)
              : "model file %s cannot be loaded: %s"
                  .formatted(model.name(), firstLine(refused.getMessage())),
          refused);
    }
  }

  private void closeOptions() {
    options.close();
    if (cuda != null) {
      cuda.close();
    }
  }

  /** The device of the model: never {@link Device.Kind#AUTO}. */
  public Device device() {
    return device;
  }

  /** The model's outputs, in order. */
  public List<String> outputs() {
    return outputs;
  }

  /** Nanoseconds spent inside ONNX Runtime so far. */
  public long nanos() {
    return nanos.sum();
  }

  /**
   * Runs the model and writes its outputs into the caller's memory.
   *
   * @param into one float32 tensor per output, in the model's order, of exactly the shape for this
   *     input
   * @throws IllegalStateException for a shape that does not fit
   * @throws DeviceException for a device that failed
   */
  public void run(TensorBuffer from, List<TensorBuffer> into) {
    if (into.size() != outputs.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s has the outputs %s, not %d", model.name(), outputs, into.size()));
    }
    Map<String, OnnxTensor> pinned = new HashMap<>();
    try (OnnxTensor tensor = from.tensor()) {
      for (int i = 0; i < into.size(); i++) {
        pinned.put(outputs.get(i), into.get(i).tensor());
      }
      timed(tensor, pinned).close();
    } catch (OrtException refused) {
      throw failed(from, refused);
    } finally {
      pinned.values().forEach(OnnxTensor::close);
    }
  }

  /**
   * Runs the model and returns its outputs, in the model's order, each in row-major order.
   *
   * @throws RuntimeException as {@link #run(TensorBuffer, List)}
   */
  public List<float[]> run(TensorBuffer from) {
    try (OnnxTensor tensor = from.tensor();
        OrtSession.Result result = timed(tensor, Map.of())) {
      return outputs.stream().map(name -> floats(result.get(name).orElseThrow())).toList();
    } catch (OrtException refused) {
      throw failed(from, refused);
    }
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        session.close();
      } finally {
        closeOptions();
      }
    } catch (OrtException refused) {
      throw new IllegalStateException("closing " + model.name() + " failed", refused);
    } finally {
      use.writeLock().unlock();
    }
  }

  private OrtSession.Result timed(OnnxTensor tensor, Map<String, OnnxTensor> pinned)
      throws OrtException {
    use.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException(model.name() + " is closed");
      }
      return ran(tensor, pinned);
    } finally {
      use.readLock().unlock();
    }
  }

  private OrtSession.Result ran(OnnxTensor tensor, Map<String, OnnxTensor> pinned)
      throws OrtException {
    boolean alone = device.kind() == Device.Kind.CUDA;
    if (alone) {
      turn.lock();
    }
    long start = System.nanoTime();
    try {
      return pinned.isEmpty()
          ? session.run(Map.of(input, tensor))
          : session.run(Map.of(input, tensor), pinned);
    } finally {
      nanos.add(System.nanoTime() - start);
      if (alone) {
        turn.unlock();
      }
    }
  }

  private static float[] floats(OnnxValue value) {
    FloatBuffer buffer = ((OnnxTensor) value).getFloatBuffer();
    float[] copy = new float[buffer.remaining()];
    buffer.get(copy);
    return copy;
  }

  /**
   * A wrong shape is a permanent error, but a failed device may recover. To distinguish them, an
   * input that succeeded once is tried again.
   */
  private RuntimeException failed(TensorBuffer from, OrtException cause) {
    String message =
        "%s failed on %s with an input of %s: %s"
            .formatted(
                model.name(), device, Arrays.toString(from.shape()), firstLine(cause.getMessage()));
    boolean misfit = cause.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT;
    TensorBuffer known = sample;
    boolean well = known == null ? misfit : runs(known);
    return misfit && well
        ? new IllegalStateException(message, cause)
        : new DeviceException(message, cause, well);
  }

  private boolean runs(TensorBuffer known) {
    try (OnnxTensor tensor = known.tensor()) {
      timed(tensor, Map.of()).close();
      return true;
    } catch (OrtException | RuntimeException lost) {
      LOG.warn("{} no longer runs on {}: {}", model.name(), device, firstLine(lost.getMessage()));
      return false;
    }
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "no reason given" : message.lines().findFirst().orElse("");
  }
}
