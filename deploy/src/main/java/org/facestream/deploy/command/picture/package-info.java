/**
 * {@code detect}, {@code describe} and {@code compare}: the models on single pictures, without
 * Kafka.
 */
package org.facestream.deploy.command.picture;
