package org.facestream.ingest.source.picture;

import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_VAAPI;
import static org.bytedeco.ffmpeg.global.avutil.av_buffer_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_hwdevice_ctx_create;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.facestream.ingest.registry.DecoderChoice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * This machine's decoding hardware. Each kind is opened once, when the first camera needs it, and
 * shared. If it cannot be opened, that is logged once and the CPU decodes instead.
 *
 * <p>A driver may hang, and cannot be interrupted. Therefore each kind is opened on its own daemon
 * thread, and all cameras together wait for it no longer than {@link #PATIENCE}.
 */
public final class HardwareDecoding implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HardwareDecoding.class);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A device that is being opened, or was. */
  private record Opening(long begun, CompletableFuture<Optional<AVBufferRef>> device) {}

  private final Function<DecoderChoice, Optional<AVBufferRef>> opener;
  private final Duration patience;
  private final Map<DecoderChoice, Opening> openings = new EnumMap<>(DecoderChoice.class);
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private boolean closed;

  public HardwareDecoding() {
    this(HardwareDecoding::create, PATIENCE);
  }

  /**
   * With another driver.
   *
   * @param opener opens a device of {@link DecoderChoice#CUDA} or {@link DecoderChoice#VAAPI};
   *     empty when there is none
   * @param patience how long cameras wait for it
   */
  public HardwareDecoding(
      Function<DecoderChoice, Optional<AVBufferRef>> opener, Duration patience) {
    this.opener = opener;
    this.patience = patience;
  }

  /**
   * The device to decode with; empty for the CPU. This object owns it; it is valid until {@link
   * #close}.
   */
  public Optional<AVBufferRef> device(DecoderChoice choice) {
    return switch (choice) {
      case NONE -> Optional.empty();
      case CUDA, VAAPI -> named(choice);
      case AUTO -> any();
    };
  }

  private Optional<AVBufferRef> named(DecoderChoice choice) {
    Optional<AVBufferRef> device = await(choice);
    if (device.isPresent()) {
      tell(Level.INFO, choice, "it decodes");
    } else if (answered(choice)) {
      tell(Level.WARN, choice, "it cannot be used on this machine; the CPU decodes");
    }
    return device;
  }

  private synchronized boolean answered(DecoderChoice choice) {
    return openings.containsKey(choice) && openings.get(choice).device().isDone();
  }

  /** The same devices as with their explicit names. */
  private Optional<AVBufferRef> any() {
    for (DecoderChoice each : List.of(DecoderChoice.CUDA, DecoderChoice.VAAPI)) {
      Optional<AVBufferRef> device = await(each);
      if (device.isPresent()) {
        tell(Level.INFO, DecoderChoice.AUTO, name(each) + " decodes");
        return device;
      }
    }
    tell(Level.INFO, DecoderChoice.AUTO, "no hardware for it was found; the CPU decodes");
    return Optional.empty();
  }

  private Optional<AVBufferRef> await(DecoderChoice choice) {
    Opening opening;
    synchronized (this) {
      if (closed) {
        return Optional.empty();
      }
      opening = openings.computeIfAbsent(choice, this::open);
    }
    long left = patience.toNanos() - (System.nanoTime() - opening.begun());
    try {
      return opening.device().get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (TimeoutException hangs) {
      tell(Level.WARN, choice, "its driver does not answer; the CPU decodes until it does");
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException failed) {
      return Optional.empty();
    }
  }

  private Opening open(DecoderChoice choice) {
    Opening opening = new Opening(System.nanoTime(), new CompletableFuture<>());
    Thread thread =
        new Thread(
            () -> {
              try {
                opening.device().complete(opener.apply(choice));
              } catch (RuntimeException | Error failed) {
                log.error("decoder {}: unexpected", name(choice), failed);
                opening.device().completeExceptionally(failed);
              }
            },
            "decoder-" + name(choice));
    thread.setDaemon(true);
    thread.start();
    return opening;
  }

  /** Logs a message for a choice once. */
  private void tell(Level level, DecoderChoice choice, String what) {
    if (told.add(name(choice) + what)) {
      log.atLevel(level).log("decoder {}: {}", name(choice), what);
    }
  }

  private static Optional<AVBufferRef> create(DecoderChoice choice) {
    AVBufferRef device = new AVBufferRef(null);
    int type = choice == DecoderChoice.CUDA ? AV_HWDEVICE_TYPE_CUDA : AV_HWDEVICE_TYPE_VAAPI;
    int created = av_hwdevice_ctx_create(device, type, (String) null, (AVDictionary) null, 0);
    return created < 0 ? Optional.empty() : Optional.of(device);
  }

  private static String name(DecoderChoice choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Call it after closing every source that uses a device. A device that is still being opened is
   * freed later.
   */
  @Override
  public synchronized void close() {
    closed = true;
    openings
        .values()
        .forEach(
            opening ->
                opening
                    .device()
                    .thenAccept(device -> device.ifPresent(buffer -> av_buffer_unref(buffer))));
    openings.clear();
  }
}
