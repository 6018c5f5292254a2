package org.facestream.deploy.lab.bench.meter;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Processor time of this process by groups of threads, and of an embedded PostgreSQL, which is a
 * process of its own. Of a thread that ended between two readings what it used since the first is
 * with the libraries' threads: only the process's sum knows of it.
 */
public final class CpuMeter {
  private static final Path TASKS = Path.of("/proc/self/task");

  /**
   * Names of threads of the virtual machine that are none of Java's, as the kernel has them: at
   * most 15 letters.
   */
  private static final Pattern VIRTUAL_MACHINE =
      Pattern.compile("GC Thread.*|G1 .*|VM .*|Service Thread|Monitor Deflati.*");

  private static final Pattern COMPILER = Pattern.compile("C[12] CompilerThre.*|Sweeper thread");

  /** Linux counts a thread's time in hundredths of a second. */
  static final long NANOS_PER_TICK = 10_000_000;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final com.sun.management.OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
  private final OptionalLong database;

  /**
   * Times at a moment, all in nanoseconds.
   *
   * @param process all of this process
   * @param threads each Java thread that is alive, by id
   * @param machine threads of the virtual machine, by group
   * @param database each process of PostgreSQL, by id
   */
  public record Reading(
      long process,
      Map<Long, OfThread> threads,
      Map<CpuGroup, Long> machine,
      Map<Long, Long> database) {

    /** Cores used since an earlier reading, by group; their sum is all that was used. */
    public Map<CpuGroup, Double> since(Reading earlier, double seconds) {
      Map<CpuGroup, Long> nanos = new EnumMap<>(CpuGroup.class);
      long inJava = 0;
      for (Map.Entry<Long, OfThread> entry : threads.entrySet()) {
        OfThread before = earlier.threads.get(entry.getKey());
        long used = entry.getValue().nanos() - (before == null ? 0 : before.nanos());
        nanos.merge(CpuGroup.ofThread(entry.getValue().name()), used, Long::sum);
        inJava += used;
      }
      long inMachine = 0;
      for (Map.Entry<CpuGroup, Long> each : machine.entrySet()) {
        long used = each.getValue() - earlier.machine.getOrDefault(each.getKey(), 0L);
        nanos.put(each.getKey(), used);
        inMachine += used;
      }
      long all = process - earlier.process;
      nanos.put(CpuGroup.networks, Math.max(0, all - inJava - inMachine));
      for (Map.Entry<Long, Long> each : database.entrySet()) {
        long used = each.getValue() - earlier.database.getOrDefault(each.getKey(), 0L);
        nanos.merge(CpuGroup.database, used, Long::sum);
      }
      Map<CpuGroup, Double> cores = new EnumMap<>(CpuGroup.class);
      nanos.forEach((group, used) -> cores.put(group, used / 1e9 / seconds));
      return cores;
    }
  }

  /** A thread's name and the time it used, in nanoseconds. */
  public record OfThread(String name, long nanos) {}

  /**
   * @param database process id of PostgreSQL, where it is ours
   */
  public CpuMeter(OptionalLong database) {
    this.database = database;
  }

  public Reading read() {
    Map<Long, OfThread> java = new HashMap<>();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null) {
        long used = threads.getThreadCpuTime(thread.getThreadId());
        if (used >= 0) {
          java.put(thread.getThreadId(), new OfThread(thread.getThreadName(), used));
        }
      }
    }
    Map<Long, Long> postgres = new HashMap<>();
    database.ifPresent(
        id ->
            ProcessHandle.of(id)
                .ifPresent(
                    server ->
                        Stream.concat(Stream.of(server), server.descendants())
                            .forEach(each -> postgres.put(each.pid(), nanos(each)))));
    return new Reading(system.getProcessCpuTime(), java, machine(), postgres);
  }

  /** The processor time of another process, in nanoseconds; 0 when it is not known. */
  public static long nanos(ProcessHandle process) {
    return process.info().totalCpuDuration().map(time -> time.toNanos()).orElse(0L);
  }

  private static Map<CpuGroup, Long> machine() {
    Map<CpuGroup, Long> nanos = new EnumMap<>(CpuGroup.class);
    if (!Files.isDirectory(TASKS)) {
      return nanos;
    }
    try (Stream<Path> tasks = Files.list(TASKS)) {
      tasks.forEach(task -> add(task, nanos));
    } catch (IOException unreadable) {
      nanos.clear();
    }
    return nanos;
  }

  private static void add(Path task, Map<CpuGroup, Long> nanos) {
    try {
      // "id (name) state ..."; the name may hold anything, so fields count from its end.
      String stat = Files.readString(task.resolve("stat"));
      String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      boolean compiler = COMPILER.matcher(name).matches();
      if (compiler || VIRTUAL_MACHINE.matcher(name).matches()) {
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        long ticks = Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12));
        nanos.merge(
            compiler ? CpuGroup.compiler : CpuGroup.virtualMachine,
            NANOS_PER_TICK * ticks,
            Long::sum);
      }
    } catch (IOException ended) {
      // What it used stays with the process's sum.
      return;
    }
  }
}
