/**
 * A small RTSP server (RFC 2326 over RTP/AVP/TCP) that replays encoded video as live cameras, and
 * the encoder that makes the video.
 *
 * <p>{@link org.facestream.deploy.lab.simulation.rtsp.RtspServer} owns the network, {@link
 * org.facestream.deploy.lab.simulation.rtsp.LiveStream} the clock of one camera, {@link
 * org.facestream.deploy.lab.simulation.rtsp.VideoLoop} what the camera shows.
 */
@NullMarked
package org.facestream.deploy.lab.simulation.rtsp;

import org.jspecify.annotations.NullMarked;
