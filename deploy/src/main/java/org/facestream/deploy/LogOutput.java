package org.facestream.deploy;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.FilterReply;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.facestream.ingest.worker.Closing;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.AuditTrail;
import org.facestream.recognizer.gallery.GalleryConfig;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: few to the console, all to a file of bounded size when there is a folder for
 * it.
 */
public final class LogOutput {
  private static final String OURS = "org.facestream";
  private static final String[] KAFKA = {"org.apache.kafka", "kafka"};

  /** What the console shows. */
  public enum Console {
    /** Our warnings: for commands whose output people read. What others say is in the log file. */
    quiet(Level.WARN, Level.OFF),
    /** What our stages do: for a worker whose log is its only output. */
    worker(Level.INFO, Level.ERROR),
    /** More of both. */
    verbose(Level.INFO, Level.WARN);

    private final Level ours;
    private final Level others;

    Console(Level ours, Level others) {
      this.ours = ours;
      this.others = others;
    }
  }

  private LogOutput() {}

  /** Sets what the console shows. */
  public static void console(Console console) {
    LoggerContext context = context();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> screen = root.getAppender("console");
    if (screen != null) {
      screen.clearAllFilters();
      screen.addFilter(new ConsoleFilter(console));
    }
    root.setLevel(Level.INFO);
    for (String name : KAFKA) {
      context.getLogger(name).setLevel(null);
    }
  }

  /**
   * Until the result is closed, writes everything from INFO on to {@code facestream.log} in a
   * folder: at most 5 files of 10 MB.
   */
  public static LogFile file(Path folder) {
    LoggerContext context = context();
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setContext(context);
    file.setName("file");
    file.setFile(folder.resolve("facestream.log").toString());
    FixedWindowRollingPolicy older = new FixedWindowRollingPolicy();
    older.setContext(context);
    older.setParent(file);
    older.setFileNamePattern(folder.resolve("facestream.%i.log").toString());
    older.setMinIndex(1);
    older.setMaxIndex(4);
    older.start();
    SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
    size.setContext(context);
    size.setMaxFileSize(new FileSize(10 * FileSize.MB_COEFFICIENT));
    size.start();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{30} %msg%n");
    encoder.start();
    file.setRollingPolicy(older);
    file.setTriggeringPolicy(size);
    file.setEncoder(encoder);
    file.start();
    // A slow disk must not slow a stage: lines below WARN are dropped when the queue is nearly
    // full.
    AsyncAppender queue = new AsyncAppender();
    queue.setContext(context);
    queue.setName("file-queue");
    queue.setQueueSize(4096);
    queue.addAppender(file);
    queue.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(queue);
    root.setLevel(Level.INFO);
    for (String name : KAFKA) {
      context.getLogger(name).setLevel(null);
    }
    return new LogFile(root, queue, file);
  }

  /**
   * Until the result is closed, adds what is done to whom in the gallery to a file, line by line,
   * each on its own way to the disk before the next is written. Several processes may do so at
   * once.
   *
   * @throws UserError when the file cannot be written
   */
  public static AuditFile audit(Path file) {
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      if (!Files.isWritable(file) || !Files.isRegularFile(file)) {
        throw new AccessDeniedException(file.toString());
      }
    } catch (IOException failed) {
      throw new UserError(
          "The audit trail %s cannot be written (%s): set gallery.audit-file to a file that can."
              .formatted(file, failed.getClass().getSimpleName()),
          failed);
    }
    LoggerContext context = context();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %msg%n");
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setName("audit");
    appender.setFile(file.toString());
    appender.setEncoder(encoder);
    appender.start();
    Logger logger = context.getLogger(AuditTrail.LOGGER);
    logger.setLevel(Level.INFO);
    logger.addAppender(appender);
    return new AuditFile(logger, appender);
  }

  /**
   * As {@link #audit(Path)}, to the file that is configured or else to the one of the data folder;
   * nowhere when there is neither.
   *
   * @param closing ends it
   */
  public static void audit(Settings settings, Optional<Path> folder, Closing closing) {
    settings
        .get(GalleryConfig.class)
        .auditFile()
        .or(() -> folder.map(data -> data.resolve("logs").resolve("audit.log")))
        .ifPresent(file -> closing.add(audit(file)));
  }

  /** A new file that is its owner's alone from the first; another process may be quicker. */
  static void create(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    FileAttribute<?>[] mode =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      Files.createFile(file, mode);
    } catch (FileAlreadyExistsException quicker) {
      // Theirs is as good.
    }
  }

  /** The open audit trail. */
  public static final class AuditFile implements AutoCloseable {
    private final Logger logger;
    private final FileAppender<ILoggingEvent> appender;

    private AuditFile(Logger logger, FileAppender<ILoggingEvent> appender) {
      this.logger = logger;
      this.appender = appender;
    }

    @Override
    public void close() {
      logger.detachAppender(appender);
      appender.stop();
    }
  }

  /** The open log file; closing writes out what is queued. */
  public static final class LogFile implements AutoCloseable {
    private final Logger root;
    private final AsyncAppender queue;
    private final RollingFileAppender<ILoggingEvent> file;

    private LogFile(Logger root, AsyncAppender queue, RollingFileAppender<ILoggingEvent> file) {
      this.root = root;
      this.queue = queue;
      this.file = file;
    }

    @Override
    public void close() {
      root.detachAppender(queue);
      queue.stop();
      file.stop();
    }
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static final class ConsoleFilter extends Filter<ILoggingEvent> {
    private final Console console;

    ConsoleFilter(Console console) {
      this.console = console;
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
      Level least = event.getLoggerName().startsWith(OURS) ? console.ours : console.others;
      return event.getLevel().isGreaterOrEqual(least) ? FilterReply.NEUTRAL : FilterReply.DENY;
    }
  }
}
