package org.facestream.deploy;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * A command line executed in this process.
 *
 * @param exitCode what the process would end with
 * @param out what went to the standard output
 * @param err what went to the standard error
 */
public record CommandLineRun(int exitCode, String out, String err) {
  public static CommandLineRun of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = FacestreamCommand.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int exitCode = line.execute(arguments);
    line.getOut().flush();
    line.getErr().flush();
    return new CommandLineRun(exitCode, out.toString(), err.toString());
  }
}
