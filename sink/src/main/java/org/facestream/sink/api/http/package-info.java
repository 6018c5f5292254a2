/**
 * The frame of the HTTP API: routes as values, calls, problems, the server, the OpenAPI document.
 */
@NullMarked
package org.facestream.sink.api.http;

import org.jspecify.annotations.NullMarked;
