package org.facestream.ingest.camera;

import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_VAAPI;
import static org.bytedeco.ffmpeg.global.avutil.av_buffer_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_hwdevice_ctx_create;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's decoding hardware. Each kind is opened once, when the first camera asks for it,
 * and shared; one that cannot be opened is said once, and the processor decodes in its place.
 */
final class HardwareDecoding implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HardwareDecoding.class);

  private final Map<DecoderChoice, Optional<AVBufferRef>> devices =
      new EnumMap<>(DecoderChoice.class);

  /**
   * The device to decode with; empty for the processor. It stays this object's, and valid until
   * {@link #close}.
   */
  synchronized Optional<AVBufferRef> device(DecoderChoice choice) {
    return switch (choice) {
      case NONE -> Optional.empty();
      case CUDA, VAAPI -> devices.computeIfAbsent(choice, HardwareDecoding::open);
      case AUTO -> any();
    };
  }

  private Optional<AVBufferRef> any() {
    boolean first = !devices.containsKey(DecoderChoice.AUTO);
    if (first) {
      devices.put(DecoderChoice.AUTO, Optional.empty());
      for (DecoderChoice each : List.of(DecoderChoice.CUDA, DecoderChoice.VAAPI)) {
        Optional<AVBufferRef> device = create(each);
        if (device.isPresent()) {
          devices.put(DecoderChoice.AUTO, device);
          log.info("decoder auto: {} decodes", name(each));
          return device;
        }
      }
      log.info("decoder auto: no hardware for it was found, the processor decodes");
    }
    return devices.get(DecoderChoice.AUTO);
  }

  private static Optional<AVBufferRef> open(DecoderChoice choice) {
    Optional<AVBufferRef> device = create(choice);
    if (device.isPresent()) {
      log.info("decoder {}: it decodes", name(choice));
    } else {
      log.warn("decoder {} cannot be used on this machine, the processor decodes", name(choice));
    }
    return device;
  }

  private static Optional<AVBufferRef> create(DecoderChoice choice) {
    AVBufferRef device = new AVBufferRef(null);
    int type = choice == DecoderChoice.CUDA ? AV_HWDEVICE_TYPE_CUDA : AV_HWDEVICE_TYPE_VAAPI;
    int created = av_hwdevice_ctx_create(device, type, (String) null, (AVDictionary) null, 0);
    return created < 0 ? Optional.empty() : Optional.of(device);
  }

  private static String name(DecoderChoice choice) {
    return choice.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** After every source that uses a device. */
  @Override
  public synchronized void close() {
    devices.values().forEach(device -> device.ifPresent(buffer -> av_buffer_unref(buffer)));
    devices.clear();
  }
}
