package org.facestream.deploy.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.facestream.ingest.registry.MaskedUrl;
import org.facestream.ingest.worker.config.Undecoded;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports every error as one line with what to do; the stack trace only on request. */
public final class Complaints {
  public static final int FAILURE = 1;
  public static final int USER_ERROR = 2;

  private static final Pattern FULL =
      Pattern.compile("No space left|quota exceeded|File too large|Input/output error|Broken pipe");

  private Complaints() {}

  public static int onParameters(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    Throwable cause = wrong.getCause();
    String message =
        cause instanceof UserError
            ? String.valueOf(cause.getMessage())
            // picocli repeats this message for options of maps.
            : String.valueOf(wrong.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .replace("option option", "option");
    StringBuilder line = new StringBuilder("facestream: ").append(message);
    if (!message.endsWith(".")) {
      line.append('.');
    }
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        line.append(" Did you mean ")
            .append(String.join(" or ", suggestions.subList(0, Math.min(3, suggestions.size()))))
            .append('?');
      }
    }
    line.append(" See `").append(command.getCommandSpec().qualifiedName()).append(" --help`.");
    print(command, line.toString(), wrong);
    return USER_ERROR;
  }

  public static int onFailure(Exception failed, CommandLine command, @Nullable ParseResult parsed) {
    if (failed instanceof UserError) {
      print(command, "facestream: " + oneLine(String.valueOf(failed.getMessage())), failed);
      return isFull(failed.getCause()) ? FAILURE : USER_ERROR;
    }
    if (failed instanceof InvalidPathException path && Undecoded.in(path.getInput())) {
      UserError undecoded = Undecoded.error("The path", path.getInput());
      print(command, "facestream: " + oneLine(String.valueOf(undecoded.getMessage())), failed);
      return USER_ERROR;
    }
    if (failed instanceof FileSystemException file && file.getFile() != null) {
      print(
          command,
          "facestream: %s: %s.".formatted(oneLine(file.getFile()), UserError.reason(file)),
          failed);
      return isFull(file) ? FAILURE : USER_ERROR;
    }
    if (failed instanceof StageEndedException) {
      print(command, "facestream: " + oneLine(String.valueOf(failed.getMessage())), failed);
      return FAILURE;
    }
    if (failed instanceof KafkaException) {
      print(
          command,
          ("facestream: Kafka refused or failed (%s). Check that it is running; "
                  + "--stacktrace shows where it failed.")
              .formatted(oneLine(String.valueOf(failed.getMessage()))),
          failed);
      return FAILURE;
    }
    String what = failed.getMessage() == null ? "" : ": " + oneLine(failed.getMessage());
    print(
        command,
        "facestream: failed with %s%s (--stacktrace shows where it failed)"
            .formatted(failed.getClass().getSimpleName(), what),
        failed);
    return FAILURE;
  }

  /** Of libraries or classes that are not there or cannot be loaded, which no option mends. */
  public static int onLinkage(LinkageError broken, CommandLine command) {
    Throwable root = broken;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String what = oneLine(root.getClass().getSimpleName() + ": " + root.getMessage());
    String folder = System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
    print(
        command,
        ("facestream: A library cannot be loaded (%s). `facestream doctor` reports what "
                + "is missing. Libraries are unpacked to %s, which must have free space and not be "
                + "mounted noexec; FACESTREAM_NATIVE_FOLDER sets another folder.")
            .formatted(what, folder),
        broken);
    return FAILURE;
  }

  /**
   * A command whose output is lost has failed. This is reported once; the exit code of another
   * failure stays.
   */
  public static int unlessLost(int code, CommandLine command) {
    Optional<IOException> out = StandardOutput.failure(command.getOut());
    out.ifPresent(
        why ->
            print(
                command,
                "facestream: The output cannot be written: %s.".formatted(UserError.reason(why)),
                why));
    boolean lost = out.isPresent() || StandardOutput.failure(command.getErr()).isPresent();
    return code == 0 && lost ? FAILURE : code;
  }

  /** Whether a place that was right could not take what was written. */
  private static boolean isFull(@Nullable Throwable cause) {
    return cause instanceof IOException && FULL.matcher(String.valueOf(cause.getMessage())).find();
  }

  /** An address in the wrong place may hold a password; a path of it has lost a slash. */
  private static String masked(String line) {
    return MaskedUrl.in(line.replaceAll("(\\b[a-z]+:/+)[^/\\s'@]*@", "$1***@"));
  }

  private static String oneLine(String message) {
    return message
        .lines()
        .map(String::strip)
        .reduce((first, next) -> first + " " + next)
        .orElse("");
  }

  private static void print(CommandLine command, String line, Throwable failed) {
    PrintWriter err = command.getErr();
    err.println(masked(line));
    Object root = command.getCommandSpec().root().userObject();
    if (root instanceof RootOptions options && options.stacktrace()) {
      failed.printStackTrace(err);
    }
    err.flush();
  }
}
