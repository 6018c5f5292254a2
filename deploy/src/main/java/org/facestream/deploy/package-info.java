/** The product as people run it: the command's parts that are not about options. */
package org.facestream.deploy;
