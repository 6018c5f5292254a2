package org.facestream.ingest.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {

  @Test
  void closesInReverseOrderAndOnce() {
    List<String> closed = new ArrayList<>();
    Closing closing = new Closing();
    closing.add(() -> closed.add("first"));
    closing.add(() -> closed.add("second"));
    closing.close();
    closing.close();
    assertEquals(List.of("second", "first"), closed);
  }

  @Test
  void attemptsEveryCloseAndKeepsEveryException() {
    List<String> closed = new ArrayList<>();
    Closing closing = new Closing();
    closing.add(() -> closed.add("first"));
    closing.add(
        () -> {
          throw new IOException("the second");
        });
    closing.add(
        () -> {
          throw new IllegalArgumentException("the third");
        });
    RuntimeException thrown = assertThrows(RuntimeException.class, closing::close);
    assertEquals("the third", thrown.getMessage());
    assertEquals("the second", thrown.getSuppressed()[0].getMessage());
    assertEquals(List.of("first"), closed);
  }

  @Test
  void anErrorSkipsNoClose() {
    List<String> closed = new ArrayList<>();
    Closing closing = new Closing();
    closing.add(() -> closed.add("first"));
    closing.add(
        () -> {
          throw new NoClassDefFoundError("the second");
        });
    Error thrown = assertThrows(NoClassDefFoundError.class, closing::close);
    assertEquals("the second", thrown.getMessage());
    assertEquals(List.of("first"), closed);
  }
}
