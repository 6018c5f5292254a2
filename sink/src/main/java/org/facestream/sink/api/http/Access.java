package org.facestream.sink.api.http;

import java.util.Map;

/** Who calls, and the trail of what was looked at. */
public interface Access {
  /** Nobody is known: only what anyone may call is open. */
  Access CLOSED =
      new Access() {
        @Override
        public Caller caller(Call call) {
          return Caller.NOBODY;
        }

        @Override
        public void look(Call call, String action, Map<String, ?> what) {}
      };

  /**
   * Who makes a request.
   *
   * @return {@link Caller#NOBODY} when nothing is given
   * @throws Problem when what is given is wrong or has expired, or lacks its protection against
   *     forged requests
   */
  Caller caller(Call call);

  /**
   * Takes down that personal data are looked at, exported or changed; returns when that is durable.
   *
   * @param action such as {@code sighting.read}
   * @param what ids of what is looked at
   * @throws Problem when it cannot be taken down: nothing is answered then
   */
  void look(Call call, String action, Map<String, ?> what);
}
