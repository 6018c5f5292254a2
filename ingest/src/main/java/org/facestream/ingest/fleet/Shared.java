package org.facestream.ingest.fleet;

import org.facestream.ingest.publish.FramePublisher;
import org.facestream.ingest.registry.IngestConfig;
import org.facestream.ingest.source.address.SourceRules;
import org.facestream.ingest.source.picture.HardwareDecoding;
import org.facestream.ingest.worker.Telemetry;

/** What all cameras of a worker share. */
record Shared(
    IngestConfig config,
    SourceRules rules,
    FramePublisher publisher,
    HardwareDecoding hardware,
    Telemetry telemetry) {}
