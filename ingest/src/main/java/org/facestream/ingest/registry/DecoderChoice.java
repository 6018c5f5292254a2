package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What decodes the video of a camera. */
public enum DecoderChoice {
  /** Hardware if the machine has it, otherwise the CPU. */
  @JsonProperty("auto")
  AUTO,
  /** The CPU. */
  @JsonProperty("none")
  NONE,
  /** An NVIDIA GPU. */
  @JsonProperty("cuda")
  CUDA,
  /** A GPU by way of VA-API. */
  @JsonProperty("vaapi")
  VAAPI
}
