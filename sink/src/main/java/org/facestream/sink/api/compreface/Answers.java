package org.facestream.sink.api.compreface;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is sent and answered, under CompreFace's names. What was not asked for is left out. */
final class Answers {
  private Answers() {}

  /** A picture. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Upload(byte[] file) {
    Upload {
      present(file, "file");
    }
  }

  /** Two pictures. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record TwoUploads(
      @JsonProperty("source_image") byte[] source, @JsonProperty("target_image") byte[] target) {
    TwoUploads {
      present(source, "source_image");
      present(target, "target_image");
    }
  }

  /** The name of a subject. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Subject(String subject) {
    Subject {
      present(subject, "subject");
    }
  }

  /** Names of subjects. */
  record Subjects(List<String> subjects) {}

  /** How many were deleted. */
  record Deleted(int deleted) {}

  /** Whether a subject was renamed. */
  record Updated(boolean updated) {}

  /** An enrolled picture. */
  record Image(@JsonProperty("image_id") String imageId, String subject) {}

  /** A page of enrolled pictures. */
  record Images(
      List<Image> faces,
      @JsonProperty("page_number") int pageNumber,
      @JsonProperty("page_size") int pageSize,
      @JsonProperty("total_pages") int totalPages,
      @JsonProperty("total_elements") int totalElements) {}

  /** Where a face is, in pixels, and how probably it is one. */
  record Box(
      double probability,
      @JsonProperty("x_max") int right,
      @JsonProperty("y_max") int bottom,
      @JsonProperty("x_min") int left,
      @JsonProperty("y_min") int top) {}

  /** Somebody whom a face looks like. */
  record Likeness(String subject, double similarity) {}

  /**
   * A face.
   *
   * @param subjects of a face that was searched for
   * @param similarity of a face that was compared
   * @param times in milliseconds, by plugin
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Face(
      Box box,
      @Nullable List<Likeness> subjects,
      @Nullable Double similarity,
      float @Nullable [] embedding,
      @Nullable List<List<Integer>> landmarks,
      @JsonProperty("execution_time") @Nullable Map<String, Double> times) {}

  /**
   * Faces.
   *
   * @param versions by plugin
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Faces(
      List<Face> result,
      @JsonProperty("plugins_versions") @Nullable Map<String, String> versions) {}

  /** A face, and those that it was compared with. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Verified(
      @JsonProperty("source_image_face") Face source,
      @JsonProperty("face_matches") List<Face> matches,
      @JsonProperty("plugins_versions") @Nullable Map<String, String> versions) {}

  /** One comparison. */
  record Verification(List<Verified> result) {}

  /** Descriptors to search for or to compare. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Embeddings(List<float[]> embeddings) {
    Embeddings {
      present(embeddings, "embeddings");
    }
  }

  /** A descriptor, and those to compare it with. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record TwoSides(float[] source, List<float[]> targets) {
    TwoSides {
      present(source, "source");
      present(targets, "targets");
    }
  }

  /** A descriptor and whom it looks like. */
  record Searched(float[] embedding, List<Likeness> similarities) {}

  /** Descriptors and whom they look like. */
  record SearchedAll(List<Searched> result) {}

  /** A descriptor that was compared. */
  record Compared(float[] embedding, double similarity) {}

  /** Descriptors that were compared. */
  record ComparedAll(List<Compared> result) {}

  private static void present(@Nullable Object value, String name) {
    if (value == null) {
      throw new org.facestream.ingest.worker.config.UserError("Missing " + name + ".");
    }
  }
}
