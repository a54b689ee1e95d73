// Package signature holds, as data, what external connections are recognised
// by: names, prefixes, servers, makers, interface types. The files that come
// with kanmon are embedded; a hospital's own stand beside them in the same
// format.
//
// Every signature carries examples of what it matches and of what it must not
// match, and does not load where one of them fails. A port number alone is
// never a signature.
package signature
