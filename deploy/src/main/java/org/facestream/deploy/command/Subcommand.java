package org.facestream.deploy.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.facestream.deploy.process.LogOutput;
import org.facestream.deploy.process.Shutdown;
import org.facestream.deploy.stage.Configuration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every subcommand has. */
public abstract class Subcommand implements Callable<Integer> {
  @Spec protected CommandSpec spec;

  private RootOptions root() {
    return (RootOptions) spec.root().userObject();
  }

  protected final Configuration configuration() {
    return root().configuration();
  }

  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  protected final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** The work; its result is the exit code. */
  protected abstract int execute() throws Exception;

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
  protected final int unlessInterrupted(int code) {
    if (!Shutdown.ofProcess().isRequested()) {
      return code;
    }
    err().println("Interrupted: nothing was measured.");
    return Complaints.FAILURE;
  }

  /** What of the log the console shows. */
  protected LogOutput.Console console() {
    return LogOutput.Console.quiet;
  }
}
