package org.facestream.deploy.command.people;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.Subcommand;
import org.facestream.deploy.embedded.DataFolder;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.facestream.recognizer.gallery.audit.AuditCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "audit",
    header = "Check the audit trail of actions on people, or list who looked at what.",
    footer = {"", "Examples:", "  facestream audit verify", "  facestream audit looks"},
    subcommands = {AuditCommand.Verify.class, AuditLooks.class})
public final class AuditCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(
        spec.commandLine(), "Give a command for the trail: verify or looks");
  }

  @Command(
      name = "verify",
      header = "Check whether a line of the audit trail was changed or removed.",
      description = {
        "",
        "Each line contains the SHA-256 of the line before, and FILE.head that of the last line. The",
        "exit code is 1 when a hash does not match. A user who can write to both files can also",
        "replace both: store the hash that this command prints in another place from time to time,",
        "and verify it later with --contains."
      },
      footer = {
        "",
        "Examples:",
        "  facestream audit verify",
        "  facestream audit verify /var/lib/facestream/audit.log"
      })
  static final class Verify extends Subcommand {
    @Parameters(
        arity = "0..1",
        paramLabel = "FILE",
        description = "The audit trail. Default: gallery.audit-file, or that of the data folder")
    private Path file;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        defaultValue = "facestream-data",
        description = "Data folder. Default: ${DEFAULT-VALUE}")
    private Path data;

    @Option(
        names = "--contains",
        paramLabel = "SHA-256",
        description = "The hash of the last line, as printed earlier.")
    private String contains;

    @Override
    protected int execute() {
      Path trail =
          Optional.ofNullable(file)
              .or(() -> configuration().settings().get(GalleryConfig.class).auditFile())
              .orElseGet(() -> DataFolder.auditFile(data));
      if (!Files.isRegularFile(trail)) {
        throw new UserError(
            "There is no audit trail %s: give its file, or set gallery.audit-file."
                .formatted(trail));
      }
      try {
        AuditCheck check = AuditCheck.of(trail, contains);
        if (check.problem().isPresent()) {
          err().printf("✗ %s: %s.%n", trail, check.problem().get());
          return Complaints.FAILURE;
        }
        out()
            .printf(
                Locale.ROOT,
                "✓ %s: %d lines, none changed or removed%s. Last: %s%n",
                trail,
                check.lines(),
                check.unchained() == 0
                    ? ""
                    : String.format(
                        Locale.ROOT, " since there are hashes; %d are older", check.unchained()),
                check.last());
        return 0;
      } catch (IOException unreadable) {
        throw UserError.unreadable(trail, unreadable);
      }
    }
  }
}
