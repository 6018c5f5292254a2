package org.facestream.deploy.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.facestream.deploy.Main;
import org.facestream.deploy.embedded.LoopbackPort;
import org.facestream.deploy.stage.StageKind;

/**
 * One process for each stage, started again a second after it ended, as by the restart policy of
 * compose: nothing else is ever done for a stage.
 */
final class StageSupervisor implements AutoCloseable {
  private static final long PAUSE_MILLIS = 1_000;

  private final Map<String, String> settings;
  private final Path logs;
  private final Map<StageKind, JavaProcess> processes = new EnumMap<>(StageKind.class);
  private final Map<StageKind, Integer> ports = new EnumMap<>(StageKind.class);
  private final List<String> ownEnds = new CopyOnWriteArrayList<>();
  private final Thread thread = new Thread(this::supervise, "supervisor");
  private volatile boolean closing;

  /**
   * Starts stages.
   *
   * @param kinds which
   * @param settings dotted keys for all of them
   * @param logs folder for what they say
   */
  StageSupervisor(List<StageKind> kinds, Map<String, String> settings, Path logs)
      throws IOException {
    this.settings = settings;
    this.logs = logs;
    for (StageKind kind : kinds) {
      resume(kind);
    }
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends a stage's process as kill -9 does; it will be started again. */
  void kill(StageKind kind) throws InterruptedException {
    JavaProcess killed;
    synchronized (this) {
      killed = processes.remove(kind);
    }
    if (killed != null) {
      killed.kill();
    }
  }

  /** Ends a stage in an orderly way, for good. */
  void stop(StageKind kind) throws InterruptedException {
    JavaProcess stopped;
    synchronized (this) {
      stopped = processes.remove(kind);
      ports.remove(kind);
    }
    if (stopped != null && !stopped.stop()) {
      ownEnds.add(kind + " did not end within a minute of SIGTERM");
    }
  }

  /** Starts a stage that does not run. */
  synchronized void resume(StageKind kind) throws IOException {
    ports.put(kind, LoopbackPort.free());
    start(kind);
  }

  /** Ends of processes that nobody had killed. */
  List<String> ownEnds() {
    return List.copyOf(ownEnds);
  }

  /** Each stage that is to run with what {@code /readyz} says, {@code ready} when it is. */
  Map<StageKind, String> readiness() {
    Map<StageKind, Integer> asked;
    synchronized (this) {
      asked = new EnumMap<>(ports);
    }
    Map<StageKind, String> readiness = new EnumMap<>(StageKind.class);
    asked.forEach((kind, port) -> readiness.put(kind, ready(port)));
    return readiness;
  }

  private static String ready(int port) {
    try {
      HttpURLConnection asked =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + "/readyz").toURL().openConnection();
      asked.setConnectTimeout(2_000);
      asked.setReadTimeout(5_000);
      int code = asked.getResponseCode();
      if (code == 200) {
        return "ready";
      }
      // Null where the process is killed in the middle of its answer.
      InputStream why = asked.getErrorStream();
      return why == null ? "answers " + code : new String(why.readAllBytes(), UTF_8).strip();
    } catch (IOException away) {
      return away.toString();
    }
  }

  /** What the stages said last. */
  synchronized String said() {
    StringBuilder said = new StringBuilder();
    processes.forEach(
        (kind, process) ->
            said.append("---- ").append(kind).append('\n').append(process.said()).append('\n'));
    return said.toString();
  }

  private void start(StageKind kind) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(kind.name()));
    Map<String, String> all = new TreeMap<>(settings);
    all.put("worker.http-port", String.valueOf(ports.get(kind)));
    // As in a container that is started again: the same machine, the same process number.
    all.put("worker.id", "chaos-" + kind);
    all.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    processes.put(kind, new JavaProcess(logs, kind.name(), "768m", Main.class, arguments));
  }

  private void supervise() {
    try {
      while (!closing) {
        Thread.sleep(PAUSE_MILLIS);
        synchronized (this) {
          for (StageKind kind : ports.keySet()) {
            JavaProcess process = processes.get(kind);
            if (!closing && (process == null || !process.isAlive())) {
              if (process != null) {
                ownEnds.add(kind + " ended by itself with code " + process.exitValue());
              }
              start(kind);
            }
          }
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } catch (IOException failed) {
      ownEnds.add("the supervisor failed: " + failed);
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join(20_000);
      for (StageKind kind : StageKind.PIPELINE) {
        kill(kind);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
