// Pictures makes the picture of a terminal that README.md shows, of a real run:
//
//	pictures FILE.svg COMMAND [ARG...]
//
// The command runs on a terminal of 80 columns and 24 lines. The picture is of the moment in which a platform has
// passed and another is still at work. make pictures runs it on the lab, and has a browser take the report.
package main
