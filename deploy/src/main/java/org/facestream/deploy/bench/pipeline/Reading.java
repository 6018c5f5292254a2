package org.facestream.deploy.bench.pipeline;

import java.util.Map;

/**
 * Everything that is counted, at one moment.
 *
 * @param nanos of {@link System#nanoTime}
 * @param unsent frames that the cameras could not get rid of
 */
record Reading(
    long nanos,
    Scrape scrape,
    CpuMeter.Reading cpu,
    Map<String, BrokerTraffic.Bytes> traffic,
    long unsent) {

  static Reading of(Pipeline pipeline, long unsent) {
    CpuMeter.Reading cpu = pipeline.cpu().read();
    return new Reading(System.nanoTime(), pipeline.scrape(), cpu, pipeline.traffic(), unsent);
  }
}
