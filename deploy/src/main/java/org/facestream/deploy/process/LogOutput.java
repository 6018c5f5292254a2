package org.facestream.deploy.process;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.FilterReply;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * The log: few lines on the console, all lines in a file of limited size if there is a folder for
 * it.
 */
public final class LogOutput {
  private static final String OURS = "org.facestream";
  private static final String[] KAFKA = {"org.apache.kafka", "kafka"};

  /** What the console shows. */
  public enum Console {
    /**
     * facestream's warnings, for commands with output for people. Other lines are in the log file.
     */
    quiet(Level.WARN, Level.OFF),
    /** facestream's info lines, for a worker whose log is its only output. */
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
