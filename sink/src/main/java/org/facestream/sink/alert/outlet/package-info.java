/** Where alerts go: webhooks, MQTT brokers and mail servers. */
@NullMarked
package org.facestream.sink.alert.outlet;

import org.jspecify.annotations.NullMarked;
