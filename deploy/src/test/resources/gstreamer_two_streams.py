"""A camera with two streams of one scene, each with an encoder and a clock of its own.

gstreamer_two_streams.py FOLDER FPS SMALL_WIDTH SMALL_HEIGHT WIDTH HEIGHT h264|h265

Shows the pictures of a folder (.jpg, in the order of their names) again and again, as rtsp://.../small
(H.264 without B-frames, 15 fps) and rtsp://.../large (H.264 or H.265 with B-frames, 25 fps). Prints
"port N" when it listens.
"""

import pathlib
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

LARGE = {
    "h264": "x264enc speed-preset=veryfast bframes=2 b-adapt=false rc-lookahead=5 sync-lookahead=0"
    " threads=1 key-int-max=50 bitrate=1500 ! video/x-h264,profile=main"
    " ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    "h265": "x265enc speed-preset=ultrafast key-int-max=50 bitrate=1200"
    " option-string=bframes=2:rc-lookahead=5:frame-threads=1"
    " ! h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96",
}
SMALL = (
    "x264enc tune=zerolatency speed-preset=veryfast key-int-max=30 bitrate=250"
    " ! video/x-h264,profile=main ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96"
)


def main():
    folder, fps = sys.argv[1], int(sys.argv[2])
    sizes = {"small": sys.argv[3:5], "large": sys.argv[5:7]}
    pictures = [path.read_bytes() for path in sorted(pathlib.Path(folder).glob("*.jpg"))]
    Gst.init(None)
    branches = " ".join(
        f"t. ! queue max-size-buffers=2 leaky=downstream ! videoscale"
        f" ! video/x-raw,width={width},height={height} ! intervideosink channel={name} sync=false"
        for name, (width, height) in sizes.items()
    )
    scene = Gst.parse_launch(
        "appsrc name=scene is-live=true do-timestamp=true format=time"
        f' caps="image/jpeg,framerate={fps}/1" ! jpegdec ! videoconvert'
        " ! video/x-raw,format=I420 ! tee name=t " + branches
    )
    shown = [0]

    def show():
        picture = pictures[shown[0] % len(pictures)]
        scene.get_by_name("scene").emit("push-buffer", Gst.Buffer.new_wrapped(picture))
        shown[0] += 1
        return True

    GLib.timeout_add(1000 // fps, show)
    scene.set_state(Gst.State.PLAYING)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    for name, rate, encoder in (("small", 15, SMALL), ("large", 25, LARGE[sys.argv[7]])):
        width, height = sizes[name]
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_shared(True)
        factory.set_launch(
            f"( intervideosrc channel={name} timeout=2000000000"
            f" ! video/x-raw,format=I420,width={width},height={height},framerate={rate}/1"
            f" ! {encoder} )"
        )
        server.get_mount_points().add_factory("/" + name, factory)
    server.attach(None)
    print("port", server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main()
