package org.facestream.deploy.process;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Handles SIGTERM and SIGINT. It does not use a shutdown hook: hooks of all libraries run in
 * parallel, and ONNX Runtime's frees memory that its sessions still use, which sometimes crashes
 * the process.
 *
 * <p>Java's own interface for signals is in {@code sun.misc}, which every JDK has, but compilers
 * warn about it, so reflection is used.
 */
final class Signals implements AutoCloseable {
  private static final List<String> NAMES = List.of("TERM", "INT");

  private final Method handle;
  private final List<Object> signals = new ArrayList<>();
  private final List<Object> before = new ArrayList<>();

  private Signals(Method handle) {
    this.handle = handle;
  }

  /**
   * From now on a signal does this and nothing else.
   *
   * @return empty where signals cannot be taken over: another system, or a JVM with -Xrs
   */
  static Optional<Signals> take(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Signals taken = new Signals(signal.getMethod("handle", signal, handler));
      Object ours =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "handle":
                    action.run();
                    return null;
                  case "hashCode":
                    return System.identityHashCode(proxy);
                  case "equals":
                    return proxy == arguments[0];
                  default:
                    return "facestream's signals";
                }
              });
      for (String name : NAMES) {
        Object one = signal.getConstructor(String.class).newInstance(name);
        taken.before.add(taken.handle.invoke(null, one, ours));
        taken.signals.add(one);
      }
      return Optional.of(taken);
    } catch (ReflectiveOperationException | RuntimeException notHere) {
      return Optional.empty();
    }
  }

  /** Gives the signals back. */
  @Override
  public void close() {
    for (int i = 0; i < signals.size(); i++) {
      try {
        handle.invoke(null, signals.get(i), before.get(i));
      } catch (IllegalAccessException | InvocationTargetException impossible) {
        throw new IllegalStateException("a signal handler cannot be restored", impossible);
      }
    }
    signals.clear();
  }
}
