/** {@code camera}: add, list, test, remove cameras. */
package org.facestream.deploy.command.camera;
