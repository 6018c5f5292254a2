package org.facestream.deploy;

import org.facestream.deploy.command.FacestreamCommand;

/** The {@code facestream} command. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Shutdown.exit(FacestreamCommand.commandLine().execute(arguments));
  }
}
