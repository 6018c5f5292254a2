package org.facestream.deploy;

import java.util.Locale;
import org.facestream.deploy.process.Shutdown;

/** The {@code facestream} command. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // First of all: libraries map letters to upper case and write digits in the default language,
    // and Turkish or Arabic ones break Kafka's names and addresses.
    Locale.setDefault(Locale.ROOT);
    Shutdown.exit(FacestreamCommand.execute(arguments));
  }
}
