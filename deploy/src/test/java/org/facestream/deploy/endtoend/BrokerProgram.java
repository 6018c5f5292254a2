package org.facestream.deploy.endtoend;

import java.nio.file.Path;
import org.facestream.deploy.embedded.EmbeddedKafka;

/** The embedded broker alone in a process, until a signal ends it in an orderly way. */
final class BrokerProgram {
  private BrokerProgram() {}

  /**
   * @param arguments the data folder and the port
   */
  public static void main(String[] arguments) throws InterruptedException {
    EmbeddedKafka kafka = new EmbeddedKafka(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "orderly-end"));
    Thread.currentThread().join();
  }
}
