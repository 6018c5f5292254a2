package org.facestream.deploy.command.enrol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.enrol.EnrolmentResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrolmentReportTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Ada/1.jpg|Ada/1.jpg",
        "李雷|李雷",
        "=HYPERLINK(A1)|'=HYPERLINK(A1)",
        "+1|'+1",
        "-1|'-1",
        "@a|'@a",
        "＝1|'＝1",
        "a, b|`\"a, b\"`",
        "say \"x\"|`\"say \"\"x\"\"\"`",
        "=\"x\"|`\"'=\"\"x\"\"\"`"
      })
  void noCellIsAFormula(String text, String cell) {
    assertEquals(cell, EnrolmentReport.cell(text));
  }

  @Test
  void everyLineIsThereAtOnceAndNothingElseIsOverwritten(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.csv");
    for (int run = 0; run < 2; run++) {
      try (EnrolmentReport report = new EnrolmentReport(file)) {
        report.add(new EnrolmentResult.Refused("Eve/1.jpg", "Eve", "no-face", "no face, sorry"));
        assertEquals(
            "file,person,result,reason,message\r\n"
                + "Eve/1.jpg,Eve,refused,no-face,\"no face, sorry\"\r\n",
            Files.readString(file));
      }
    }
    Path picture = Files.writeString(folder.resolve("1.jpg"), "a picture");
    assertThrows(UserError.class, () -> new EnrolmentReport(picture));
    assertEquals("a picture", Files.readString(picture));
  }
}
