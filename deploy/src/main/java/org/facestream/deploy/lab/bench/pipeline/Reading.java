package org.facestream.deploy.lab.bench.pipeline;

import java.util.Map;
import java.util.Optional;
import org.facestream.deploy.lab.bench.meter.BrokerTraffic;
import org.facestream.deploy.lab.bench.meter.CpuMeter;
import org.facestream.deploy.lab.bench.meter.MachineTime;
import org.facestream.deploy.lab.bench.meter.Scrape;

/**
 * Everything that is counted, at one moment.
 *
 * @param nanos of {@link System#nanoTime}
 * @param unsent frames that the cameras could not get rid of
 * @param machine what everything on this machine has used, where that is known
 */
record Reading(
    long nanos,
    Scrape scrape,
    CpuMeter.Reading cpu,
    Map<String, BrokerTraffic.Bytes> traffic,
    long unsent,
    Optional<MachineTime> machine) {

  static Reading of(Pipeline pipeline, long unsent) {
    CpuMeter.Reading cpu = pipeline.cpu().read();
    Optional<MachineTime> machine = MachineTime.read();
    return new Reading(
        System.nanoTime(), pipeline.scrape(), cpu, pipeline.traffic(), unsent, machine);
  }
}
