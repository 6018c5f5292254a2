package org.facestream.ingest.registry;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What decodes the video of a camera. */
public enum DecoderChoice {
  /** Hardware where the machine has it, else the processor. */
  @JsonProperty("auto")
  AUTO,
  /** The processor. */
  @JsonProperty("none")
  NONE,
  /** An NVIDIA GPU. */
  @JsonProperty("cuda")
  CUDA,
  /** A GPU by way of VA-API. */
  @JsonProperty("vaapi")
  VAAPI
}
