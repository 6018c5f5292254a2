package org.facestream.deploy;

import java.util.Map;
import java.util.TreeMap;

/** Classes that are made of more than eight values, and why. Nothing is added without a reason. */
final class WideTypes {
  private static final String CONTRACT =
      "a record of a contract: its components are the fields on the topic";
  private static final String FILE = "a row of a file: its components are the fields there";
  private static final String ROW = "a row of a table: its components are the columns";
  private static final String SETTINGS =
      "options of a command or a stage, checked: each is one setting";
  private static final String REPORT =
      "figures of a report: its components are the fields that are printed";
  private static final String PATH = "a path in time and space, written as one line of numbers";

  static final Map<String, String> REASONS = new TreeMap<>();

  static {
    REASONS.put("ingest.frame.CloseUpRequest", CONTRACT);
    REASONS.put("ingest.registry.Camera", CONTRACT);
    REASONS.put("ingest.registry.CameraReport", CONTRACT);
    REASONS.put("detector.face.Face", CONTRACT);
    REASONS.put("recognizer.identity.Evidence", CONTRACT);
    REASONS.put("recognizer.identity.IdentityEvent", CONTRACT);
    REASONS.put("recognizer.identity.Match", CONTRACT);
    REASONS.put("recognizer.identity.TrackState", CONTRACT);
    REASONS.put("recognizer.gallery.contract.Reference", CONTRACT);
    REASONS.put("sink.api.access.Look", ROW);
    REASONS.put("recognizer.facenet.ModelDefinition", FILE);
    REASONS.put("deploy.lab.simulation.DemoPerson", FILE);
    REASONS.put("detector.DetectorOptions", SETTINGS);
    REASONS.put("detector.mtcnn.MtcnnOptions", SETTINGS);
    REASONS.put("recognizer.RecognizerOptions", SETTINGS);
    REASONS.put("detector.mtcnn.MtcnnAccount", REPORT);
    REASONS.put("deploy.command.people.PersonView$Picture", REPORT);
    REASONS.put("deploy.lab.demo.Score$OfCamera", REPORT);
    REASONS.put("deploy.lab.evaluation.EvaluationJson$Verified", REPORT);
    REASONS.put("deploy.lab.evaluation.EvaluationJson$Whole", REPORT);
    REASONS.put("deploy.lab.evaluation.EvaluationReport", REPORT);
    REASONS.put("deploy.lab.bench.evidence.EvidenceReport", REPORT);
    REASONS.put("deploy.lab.bench.pipeline.WindowReport", REPORT);
    REASONS.put("deploy.lab.simulation.Walk", PATH);
  }

  private WideTypes() {}
}
