package org.facestream.sink.alert;

import java.util.Map;
import java.util.TreeMap;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.sink.alert.outlet.Notice;
import org.facestream.sink.alert.outlet.Outcome;
import org.facestream.sink.alert.outlet.Outlet;

/** Sends one test message, of no event, to the outlets of a rule or to one outlet. */
public final class AlertTrial {
  private static final String TEST = "test";

  private final Map<String, Outlet> outlets;

  /**
   * @param outlets by name; stay their owner's
   */
  public AlertTrial(Map<String, Outlet> outlets) {
    this.outlets = outlets;
  }

  /**
   * Sends to every outlet of a rule, also of a disabled one.
   *
   * @return what became of it, by outlet
   * @throws UserError when the rule has no outlet
   */
  public Map<String, Outcome> of(AlertRule rule) throws InterruptedException {
    if (rule.outlets().isEmpty()) {
      throw new UserError(
          "Rule '%s' has no outlet: its alerts are recorded only.".formatted(rule.id()));
    }
    Map<String, Outcome> outcomes = new TreeMap<>();
    for (String name : rule.outlets()) {
      Outlet outlet = outlets.get(name);
      outcomes.put(
          name,
          outlet == null
              ? new Outcome(Outcome.Kind.refused, AlertStore.NO_OUTLET, null)
              : outlet.send(AlertNotices.test(new Notice.Rule(rule.id(), rule.name()))));
    }
    return outcomes;
  }

  /**
   * Sends to one outlet.
   *
   * @throws UserError when there is none of that name
   */
  public Outcome of(String name) throws InterruptedException {
    Outlet outlet = outlets.get(name);
    if (outlet == null) {
      throw new UserError(
          outlets.isEmpty()
              ? "No outlet is configured: set sink.outlets.%s.kind and its other settings."
                  .formatted(name)
              : "No outlet is called '%s'; these are configured: %s."
                  .formatted(name, String.join(", ", outlets.keySet())));
    }
    return outlet.send(AlertNotices.test(new Notice.Rule(TEST, "Test of outlet " + name)));
  }
}
