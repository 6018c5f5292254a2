package org.facestream.deploy.command.enrol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class EnrolmentProgressTest {
  @Test
  void aBarIsDrawnOverOnATerminalAndNowhereElse() {
    for (boolean terminal : new boolean[] {true, false}) {
      StringWriter err = new StringWriter();
      StringWriter out = new StringWriter();
      try (EnrolmentProgress progress =
          new EnrolmentProgress(new PrintWriter(err), 200, terminal)) {
        for (int i = 0; i < 200; i++) {
          progress.step();
        }
        progress.say(new PrintWriter(out), "✗ a.jpg: no face");
      }
      assertEquals("✗ a.jpg: no face", out.toString().strip());
      assertEquals(terminal, err.toString().contains("200/200"), err.toString());
      assertTrue(terminal || err.toString().isEmpty(), err.toString());
    }
  }
}
