package org.facestream.deploy.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.facestream.deploy.Configuration;
import org.facestream.deploy.LogOutput;
import org.facestream.deploy.Shutdown;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every subcommand has. */
abstract class Subcommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  final RootOptions root() {
    return (RootOptions) spec.root().userObject();
  }

  final Configuration configuration() {
    return root().configuration();
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** The work; its result is the exit code. */
  abstract int execute() throws Exception;

  @Override
  public final Integer call() throws Exception {
    root().console(console());
    try {
      return execute();
    } finally {
      // print() alone is kept back by the writer, and lost where the output is not a terminal.
      out().flush();
    }
  }

  /** The exit code of a measurement: no result is no success, though a signal is an orderly end. */
  final int unlessInterrupted(int code) {
    if (!Shutdown.ofProcess().isRequested()) {
      return code;
    }
    err().println("Interrupted: nothing was measured.");
    return Complaints.FAILURE;
  }

  /** What of the log the console shows. */
  LogOutput.Console console() {
    return LogOutput.Console.quiet;
  }
}
