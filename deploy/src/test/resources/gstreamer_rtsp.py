"""An RTSP server that is not ours: GStreamer's, for the tests of ingest.

gstreamer_rtsp.py PORT ACCESS CODEC PATH...
ACCESS: open, basic:USER:PASSWORD, digest:USER:PASSWORD or tls:FILE (certificate and key, PEM)
CODEC: h264 or h265

Every path shows a moving ball, 320x240 at 10 fps, with a key frame each second. Port 0 is a free one; the line "port NUMBER" on the standard output tells it. The line "size PATH WIDTH HEIGHT"
on the standard input changes a path's picture in mid-stream; the end of that input ends the server.
"""
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer

SIZE = "video/x-raw,framerate=10/1,width={},height={}"
Gst.init(None)
codec = sys.argv[3]
encoders = {
    "h264": [("openh264enc", "gop-size=10"), ("x264enc", "tune=zerolatency key-int-max=10")],
    "h265": [("x265enc", "tune=zerolatency key-int-max=10 speed-preset=ultrafast")],
}[codec]
encoder = next((e for e in encoders if Gst.ElementFactory.find(e[0])), None)
if encoder is None:
    sys.exit("GStreamer has no encoder of " + codec)
launch = "( videotestsrc is-live=true pattern=ball ! capsfilter name=size caps={} ! {} ! {}parse ! rtp{}pay name=pay0 pt=96 config-interval=-1 )".format(
    SIZE.format(320, 240), " ".join(encoder), codec, codec)
playing = {}


def configured(factory, media, path):
    # Two clients that come at once may each bring one about, of which one is kept.
    playing.setdefault(path, []).append(media.get_element().get_by_name_recurse_up("size"))


server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
method, _, login = sys.argv[2].partition(":")
if method != "open":
    auth = GstRtspServer.RTSPAuth()
    user, _, password = login.partition(":")
    if method == "tls":
        user = "anonymous"
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", user)
    if method == "tls":
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(login))
        auth.set_default_token(token)
    elif method == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
for path in sys.argv[4:]:
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(True)
    if method != "open":
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(user, "media.factory.access", True)
        permissions.add_permission_for_role(user, "media.factory.construct", True)
        factory.set_permissions(permissions)
    factory.connect("media-configure", configured, path)
    server.get_mount_points().add_factory("/" + path, factory)
if server.attach(None) == 0:
    sys.exit("cannot listen at port " + sys.argv[1])
loop = GLib.MainLoop()


def orders():
    for line in sys.stdin:
        _, path, width, height = line.split()
        for size in playing.get(path, []):
            size.set_property("caps", Gst.Caps.from_string(SIZE.format(width, height)))
    loop.quit()


threading.Thread(target=orders, daemon=True).start()
print("port", server.get_bound_port(), flush=True)
loop.run()
