package signature

import "strings"

// ofMany reports whether the names below base belong to so many parties that a
// signature of all of them would say nothing: registries, clouds, and the
// largest makers.
func ofMany(base string) bool {
	switch base {
	case "com", "net", "org", "info", "biz", "io", "me", "co", "tv", "dev", "app", "cloud", "tech", "online", "site", "jp", "local", "lan", "home", "arpa",
		"ac.jp", "ad.jp", "co.jp", "ed.jp", "go.jp", "gr.jp", "lg.jp", "ne.jp", "or.jp",
		"amazon.com", "amazon.co.jp", "apple.com", "google.com", "google.co.jp", "icloud.com", "live.com",
		"microsoft.com", "mhlw.go.jp", "office.com", "office365.com", "windows.com", "windowsupdate.com", "yahoo.co.jp":
		return true
	}
	for name, ok := base, true; ok; _, name, ok = strings.Cut(name, ".") {
		switch name {
		case "amazonaws.com", "cloudfront.net", "awsglobalaccelerator.com",
			"azure.com", "azure-api.net", "azure-devices.net", "azureedge.net", "azurefd.net", "azurewebsites.net", "cloudapp.net", "trafficmanager.net", "windows.net",
			"appspot.com", "firebaseapp.com", "firebaseio.com", "googleapis.com", "googleusercontent.com", "run.app", "web.app",
			"akadns.net", "akamai.net", "akamaiedge.net", "akamaized.net", "edgekey.net", "edgesuite.net", "fastly.net", "fastlylb.net",
			"cloudflare.com", "cloudflare.net", "cloudflarestorage.com", "pages.dev", "workers.dev",
			"github.io", "herokuapp.com", "netlify.app", "sakura.ne.jp", "vercel.app", "xsrv.jp":
			return true
		}
	}
	return false
}
