/** {@code camera}: adds, lists, tests and removes cameras. */
@NullMarked
package org.facestream.deploy.command.camera;

import org.jspecify.annotations.NullMarked;
