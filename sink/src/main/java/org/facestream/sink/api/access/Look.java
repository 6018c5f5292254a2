package org.facestream.sink.api.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import org.facestream.ingest.worker.json.Json;

/**
 * That somebody looked at personal data, or changed them.
 *
 * @param number in the trail, from 1
 * @param at in microseconds, as the database keeps it
 * @param callerKind {@code key}, or {@code command} for the command line
 * @param action such as {@code people.read}
 * @param what ids as JSON; people as hashes
 * @param why as the caller said; empty when nothing was said
 */
public record Look(
    long number,
    Instant at,
    String callerKind,
    String callerId,
    String callerName,
    String address,
    String action,
    String what,
    String why) {

  /** The hash of this entry and of all before. */
  byte[] hash(byte[] before) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(before);
      // JSON, so that no two entries have the same text.
      return digest.digest(
          Json.text(
                  Arrays.asList(
                      number,
                      at.toString(),
                      callerKind,
                      callerId,
                      callerName,
                      address,
                      action,
                      what,
                      why))
              .getBytes(UTF_8));
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
