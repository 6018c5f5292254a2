/**
 * {@code detect}, {@code describe} and {@code compare}: the models on single pictures, without
 * Kafka.
 */
@NullMarked
package org.facestream.deploy.command.picture;

import org.jspecify.annotations.NullMarked;
