package org.facestream.deploy.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.kafka.KafkaConfig;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.sink.store.StoreConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    header = "Check this machine and report what is missing and what to do.",
    description = {
      "",
      "Checks Java, memory, disk, ports, native libraries and the system libraries they need, the",
      "embedded PostgreSQL, models, GPU, and the audit trail. With --services it also checks whether the",
      "configured Kafka and PostgreSQL answer, the difference between this machine's clock and Kafka's,",
      "the settings of topics, and whether a transaction hangs. Changes nothing without --mend."
    },
    footer = {
      "",
      "Examples:",
      "  facestream doctor",
      "  facestream doctor --services --set kafka.bootstrap-servers=kafka:9092",
      "  facestream doctor --mend"
    })
public final class DoctorCommand extends Subcommand {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "facestream-data",
      description = "Data folder whose disk and audit trail are checked. Default: ${DEFAULT-VALUE}")
  private Path data;

  @Option(names = "--services", description = "Also check the configured Kafka and PostgreSQL.")
  private boolean services;

  @Option(
      names = "--mend",
      description = {
        "As --services, and repair what can be repaired: hanging transactions, and wrong",
        "settings of topics, except those in kafka.topic-settings."
      })
  private boolean mend;

  @Override
  protected int execute() {
    Settings settings = configuration().settings();
    List<Check> checks = new ArrayList<>();
    checks.addAll(MachineChecks.all(data));
    checks.add(new NeedsCheck());
    checks.addAll(NativeChecks.all());
    checks.add(new EmbeddedDatabaseCheck());
    checks.add(new ModelCheck());
    checks.add(new DeviceCheck());
    checks.add(
        new AuditTrailCheck(
            settings.get(GalleryConfig.class).auditFile().orElse(DataFolder.auditFile(data))));
    if (services || mend) {
      checks.add(new BrokerCheck(settings.get(KafkaConfig.class)));
      checks.add(new ClockCheck(settings.get(KafkaConfig.class)));
      checks.add(new TopicsCheck(settings.get(KafkaConfig.class)));
      checks.add(new TransactionsCheck(settings.get(KafkaConfig.class)));
      checks.add(new DatabaseCheck(settings.get(StoreConfig.class)));
    }
    int failed = 0;
    for (Check check : checks) {
      Check.Result result = check.run();
      if (mend && result instanceof Check.Bad && check instanceof Check.Mendable mendable) {
        result = mendable.mend();
      }
      out().println(result.mark() + " " + check.subject() + ": " + result.text());
      out().flush();
      failed += result instanceof Check.Bad ? 1 : 0;
    }
    if (failed > 0) {
      err()
          .println(
              String.format(
                  Locale.ROOT,
                  "facestream: %d of %d checks failed; each ✗ line contains what to do.",
                  failed,
                  checks.size()));
    }
    return failed == 0 ? 0 : Complaints.FAILURE;
  }
}
