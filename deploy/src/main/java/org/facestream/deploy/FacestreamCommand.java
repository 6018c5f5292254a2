package org.facestream.deploy;

import org.facestream.deploy.command.Complaints;
import org.facestream.deploy.command.RootOptions;
import org.facestream.deploy.command.StandardOutput;
import org.facestream.deploy.command.alert.AlertCommand;
import org.facestream.deploy.command.camera.CameraCommand;
import org.facestream.deploy.command.config.ConfigCommand;
import org.facestream.deploy.command.correct.CorrectCommand;
import org.facestream.deploy.command.enrol.EnrollCommand;
import org.facestream.deploy.command.enrol.ImportCommand;
import org.facestream.deploy.command.key.KeyCommand;
import org.facestream.deploy.command.key.UserCommand;
import org.facestream.deploy.command.people.AuditCommand;
import org.facestream.deploy.command.people.PeopleCommand;
import org.facestream.deploy.command.people.VisitorsCommand;
import org.facestream.deploy.command.picture.CompareCommand;
import org.facestream.deploy.command.picture.DescribeCommand;
import org.facestream.deploy.command.picture.DetectCommand;
import org.facestream.deploy.command.replay.ReplayCommand;
import org.facestream.deploy.command.run.RunCommand;
import org.facestream.deploy.command.run.StageCommands;
import org.facestream.deploy.command.search.SearchCommand;
import org.facestream.deploy.command.sighting.SightingsCommand;
import org.facestream.deploy.command.visit.VisitsCommand;
import org.facestream.deploy.doctor.DoctorCommand;
import org.facestream.deploy.lab.bench.BenchCommand;
import org.facestream.deploy.lab.convert.ModelCommand;
import org.facestream.deploy.lab.demo.DemoCommand;
import org.facestream.deploy.lab.evaluation.EvaluateCommand;
import org.facestream.ingest.worker.config.Undecoded;
import org.facestream.ingest.worker.config.UserError;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The top of the command line: the registry of the subcommands. */
@Command(
    name = "facestream",
    header = "Many cameras in, a stream of identity events out.",
    description = {
      "",
      "Start with `facestream demo`: it needs no camera. Then run `facestream enroll` for",
      "the people that you want to recognise, and `facestream run` with your own cameras."
    },
    versionProvider = Version.class,
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 success, 1 a failure, 2 an error that you can correct.",
      "",
      "Examples:",
      "  facestream demo --seconds 90",
      "  facestream enroll people/",
      "  facestream run --camera door=rtsp://192.0.2.7/stream"
    },
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      StageCommands.Ingest.class,
      StageCommands.Detector.class,
      StageCommands.Recognizer.class,
      StageCommands.Sink.class,
      StageCommands.Api.class,
      EnrollCommand.class,
      ImportCommand.class,
      PeopleCommand.class,
      CorrectCommand.class,
      ReplayCommand.class,
      AuditCommand.class,
      UserCommand.class,
      KeyCommand.class,
      SightingsCommand.class,
      VisitsCommand.class,
      VisitorsCommand.class,
      AlertCommand.class,
      CameraCommand.class,
      DetectCommand.class,
      DescribeCommand.class,
      CompareCommand.class,
      SearchCommand.class,
      EvaluateCommand.class,
      BenchCommand.class,
      ModelCommand.class,
      ConfigCommand.class,
      DoctorCommand.class
    })
public final class FacestreamCommand extends RootOptions implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  /** The whole command line, ready to execute. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new FacestreamCommand());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(100);
    line.setAbbreviatedOptionsAllowed(false);
    line.setParameterExceptionHandler(Complaints::onParameters);
    line.setExecutionExceptionHandler(Complaints::onFailure);
    return line;
  }

  /**
   * Executes a command line as a process does: on its standard output and error. What cannot be
   * printed there is a failure, whatever else the command did.
   *
   * @return the exit code
   */
  public static int execute(String... arguments) {
    CommandLine line = commandLine();
    line.setOut(StandardOutput.out());
    line.setErr(StandardOutput.err());
    int code;
    try {
      for (String argument : arguments) {
        if (Undecoded.in(argument)) {
          throw Undecoded.error("The argument", argument);
        }
      }
      code = line.execute(arguments);
    } catch (UserError undecoded) {
      code = Complaints.onFailure(undecoded, line, null);
    } catch (LinkageError broken) {
      code = Complaints.onLinkage(broken, line);
    }
    return Complaints.unlessLost(code, line);
  }

  /** Without a subcommand: the help, as an error. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Give a command: demo, run, enroll, people, camera, detect or another.");
  }
}
