package org.facestream.sink.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.facestream.sink.store.Events.event;
import static org.facestream.sink.store.Events.there;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.json.Json;
import org.facestream.ingest.worker.kafka.InvalidRecordException;
import org.facestream.recognizer.identity.IdentityEvent;
import org.facestream.recognizer.identity.IdentityEvent.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertRuleTest {
  private static final String GOLDEN =
      "{\"id\":\"yard-at-night\",\"name\":\"Somebody in the yard at night\",\"enabled\":true,"
          + "\"match\":{\"people\":[\"Ada Lovelace\"],\"watchlists\":[\"wanted\"],\"unknown\":true,"
          + "\"visits\":3,\"cameras\":[\"back-door\"],\"zones\":[\"yard\"],\"minQuality\":0.3},"
          + "\"schedule\":{\"timeZone\":\"Europe/Zurich\",\"hours\":[{\"days\":[\"mon\",\"fri\"],"
          + "\"from\":\"22:00\",\"to\":\"06:00\"}]},\"coolDownSeconds\":600,"
          + "\"outlets\":[\"guard\"]}";

  @TempDir private Path folder;

  private AlertRule fromFile(String yaml) throws Exception {
    return AlertRuleFile.read(Files.writeString(folder.resolve("rules.yaml"), yaml)).get(0);
  }

  @Test
  void theBytesOfTheContract() throws Exception {
    AlertRule rule =
        fromFile(
            """
            rules:
              - id: yard-at-night
                name: Somebody in the yard at night
                people: [Ada Lovelace]
                watchlists: [wanted]
                unknown: true
                visits: 3
                cameras: [back-door]
                zones: [yard]
                min-quality: 0.3
                hours:
                  - days: [mon, fri]
                    from: "22:00"
                    to: "06:00"
                time-zone: Europe/Zurich
                cool-down: 10m
                outlets: [guard]
            """);
    assertEquals(
        GOLDEN, new String(AlertRuleTopic.toRecord("cctv.alert-rules.v1", rule).value(), UTF_8));
    assertEquals("cctv.alert-rules.v1", AlertRuleTopic.TOPIC.name("cctv"));
    assertEquals(Optional.of(rule), read("yard-at-night", GOLDEN));
    assertEquals(Optional.empty(), read("yard-at-night", null));
    String later = GOLDEN.replaceFirst("\\{", "{\"colour\":\"red\",");
    assertEquals(Optional.of(rule), read("yard-at-night", later));
  }

  private static Optional<AlertRule> read(String key, String value) throws Exception {
    byte[] bytes = value == null ? null : value.getBytes(UTF_8);
    return AlertRuleTopic.fromRecord(new ConsumerRecord<>("rules", 0, 0, key, bytes));
  }

  @Test
  void aRuleNeedsOnlyAnId() throws Exception {
    AlertRule rule = AlertRuleTopic.read("{\"id\":\"all\"}".getBytes(UTF_8));
    assertEquals("all", rule.name());
    assertTrue(rule.enabled());
    assertEquals(300, rule.coolDownSeconds());
    assertEquals(List.of(), rule.outlets());
    assertEquals(rule, fromFile("rules: [{id: all}]"));
    assertTrue(rule.fits(event("t", 1, Type.started, null)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"id":"A"}                                        | 1 to 64 lower-case letters
          {"id":"a.b"}                                      | 1 to 64 lower-case letters
          {}                                                | 1 to 64 lower-case letters
          {"id":"a","name":"x\\ny"}                         | one line
          {"id":"a","coolDownSeconds":-1}                   | cool-down
          {"id":"a","outlets":["Guard"]}                    | sink.outlets
          {"id":"a","match":{"visits":1}}                   | 2 visits or more
          {"id":"a","match":{"minQuality":1.5}}             | 0 to 1
          {"id":"a","match":{"people":[" "]}}               | none of them is empty
          {"id":"a","schedule":{"timeZone":"Mars","hours":[{}]}}   | Europe/Zurich
          {"id":"a","schedule":{"timeZone":"UTC"}}          | needs hours
          {"id":"a","schedule":{"timeZone":"UTC","hours":[{"from":"25:00"}]}} | HH:MM
          {"id":"a","schedule":{"timeZone":"UTC","hours":[{"from":"08:00","to":"08:00"}]}} | whole day
          {"id":"a","schedule":{"timeZone":"UTC","hours":[{"days":["someday"]}]}} | mon, tue
          """)
  void whatIsWrongIsSaid(String json, String part) {
    InvalidRecordException refused =
        assertThrows(InvalidRecordException.class, () -> AlertRuleTopic.read(json.getBytes(UTF_8)));
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }

  @Test
  void aFileIsReadStrictly() throws Exception {
    for (String[] wrong :
        new String[][] {
          {"rules: [{id: a, outlet: x}]", "Did you mean 'outlets'?"},
          {"rules: [{id: a}, {id: a}]", "twice"},
          {"rules: [{id: a, cool-down: soon}]", "10m"},
          {"rules: [{id: a, hours: [{from: \"22:00\"}]}]", "time zone"},
          {"rules: [{name: x}]", "`id` is missing"},
          {"rule: []", "must start with `rules:`"}
        }) {
      String message = assertThrows(UserError.class, () -> fromFile(wrong[0])).getMessage();
      assertTrue(message.contains(wrong[1]), message);
      assertTrue(message.contains("rules.yaml"), message);
    }
  }

  private static AlertRule about(String match) throws Exception {
    return AlertRuleTopic.read("{\"id\":\"a\",\"match\":%s}".formatted(match).getBytes(UTF_8));
  }

  @Test
  void whoFits() throws Exception {
    IdentityEvent ann = there(event("t", 1, Type.started, "ann"), "wanted", "yard");
    IdentityEvent stranger = there(event("t", 1, Type.started, null), null, "hall");
    IdentityEvent visitor = stranger.with().visitorId("visitor-1").build();
    IdentityEvent postman = visitor.with().ignored(true).build();
    for (Object[] each :
        new Object[][] {
          {"{}", true, true, true},
          {"{\"people\":[\"ann\"]}", true, false, false},
          {"{\"people\":[\"Ann\"]}", true, false, false},
          {"{\"people\":[\"bob\"],\"watchlists\":[\"wanted\"]}", true, false, false},
          {"{\"watchlists\":[\"other\"]}", false, false, false},
          {"{\"unknown\":true}", false, true, true},
          {"{\"visits\":2}", false, false, true},
          {"{\"zones\":[\"yard\",\"door\"]}", true, false, false},
          {"{\"cameras\":[\"gate\"],\"minQuality\":0.75}", true, true, true},
          {"{\"cameras\":[\"other\"]}", false, false, false},
          {"{\"minQuality\":0.76}", false, false, false}
        }) {
      AlertRule rule = about((String) each[0]);
      assertEquals(each[1], rule.fits(ann), each[0] + " ann");
      assertEquals(each[2], rule.fits(stranger), each[0] + " stranger");
      assertEquals(each[3], rule.fits(visitor), each[0] + " visitor");
      assertFalse(rule.fits(postman), each[0] + " ignored");
      assertFalse(rule.with().enabled(false).build().fits(ann), "disabled");
    }
  }

  /** A user who takes a name away has seen it; one who gives a name makes news. */
  @Test
  void correctionsFitOnlyWithAName() throws Exception {
    IdentityEvent named = there(event("t", 2, Type.corrected, "ann"), "wanted");
    IdentityEvent unnamed = event("t", 2, Type.corrected, null);
    assertTrue(about("{\"watchlists\":[\"wanted\"]}").fits(named));
    assertFalse(about("{\"unknown\":true}").fits(unnamed));
    assertFalse(about("{}").fits(unnamed));
  }

  @ParameterizedTest
  @CsvSource({
    // Friday to Saturday in winter, UTC+1.
    "2026-01-16T20:59:59Z, false",
    "2026-01-16T21:00:00Z, true",
    "2026-01-17T04:59:59Z, true",
    "2026-01-17T05:00:00Z, false",
    // Saturday night is not in it.
    "2026-01-17T22:00:00Z, false",
    // Sunday, 29 March 2026: the clock goes from 02:00 to 03:00. Monday night is in summer time.
    "2026-03-30T19:59:59Z, false",
    "2026-03-30T20:00:00Z, true",
    "2026-03-31T04:00:00Z, false",
    "2026-03-31T03:59:59Z, true"
  })
  void hoursOverMidnightAndSummerTime(Instant instant, boolean in) {
    Schedule schedule =
        new Schedule(
            "Europe/Zurich",
            List.of(new Schedule.Hours(List.of("mon", "Friday"), "22:00", "06:00")));
    assertEquals(in, schedule.contains(instant));
  }

  @Test
  void anHourThatAClockRepeatsCountsTwiceAndOneThatItSkipsNever() {
    Schedule schedule =
        new Schedule(
            "Europe/Zurich", List.of(new Schedule.Hours(List.of("sun"), "02:00", "03:00")));
    // 25 October 2026: 02:00 to 03:00 comes in summer time, and then again.
    assertTrue(schedule.contains(Instant.parse("2026-10-25T00:30:00Z")));
    assertTrue(schedule.contains(Instant.parse("2026-10-25T01:30:00Z")));
    assertFalse(schedule.contains(Instant.parse("2026-10-25T02:00:00Z")));
    // 29 March 2026: it is 01:59 and then 03:00.
    for (int minute = 0; minute < 180; minute++) {
      assertFalse(
          schedule.contains(Instant.parse("2026-03-29T00:00:00Z").plusSeconds(60L * minute)));
    }
    Schedule days = new Schedule("UTC", List.of(new Schedule.Hours(List.of("sun"), null, null)));
    assertTrue(days.contains(Instant.parse("2026-03-29T00:00:00Z")));
    assertTrue(days.contains(Instant.parse("2026-03-29T23:59:59Z")));
    assertFalse(days.contains(Instant.parse("2026-03-30T00:00:00Z")));
    Schedule evenings = new Schedule("UTC", List.of(new Schedule.Hours(null, "18:00", null)));
    assertTrue(evenings.contains(Instant.parse("2026-03-29T23:59:59Z")));
    assertFalse(evenings.contains(Instant.parse("2026-03-30T00:00:00Z")));
  }

  @Test
  void whoIsForgottenLeavesTheRules() throws Exception {
    Match match = about("{\"people\":[\"person-1\",\"Ada Lovelace\",\"bob\"]}").match();
    assertEquals(List.of("bob"), match.with("person-1", "ada lovelace", null).people());
    assertEquals(
        List.of("Ada Lovelace", "robert"),
        match.with("bob", "x", "robert").with("person-1", "x", null).people());
    assertTrue(Json.text(match).contains("Ada Lovelace"));
  }
}
