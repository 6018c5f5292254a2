package org.facestream.deploy.command.enrol;

import org.facestream.deploy.command.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** Takes over people from other products. */
@Command(
    name = "import",
    header = "Import people from another product.",
    description = {
      "",
      "Reads its pictures through its own API, and enrols them by the rules of `enroll`."
    },
    footer = {
      "",
      "Examples:",
      "  facestream import compreface http://compreface:8000 --key-file key.txt --consent HR-2026"
    },
    subcommands = ImportCompreFaceCommand.class)
public final class ImportCommand extends Subcommand {
  @Override
  protected int execute() {
    throw new ParameterException(spec.commandLine(), "Give what to import from: compreface");
  }
}
