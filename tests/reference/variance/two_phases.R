# Two phases: a listing of segments, then every displaced family and a subsample of the others.
# Run from this folder: Rscript two_phases.R. Makes two_phases.csv (invented).
suppressMessages(library(survey))
RNGversion("3.6.0"); set.seed(704)
listing <- data.frame(stratum = rep(1:3, each = 40), psu = rep(1:12, each = 10))
n <- nrow(listing)
listing$frame <- c(30, 45, 60)[listing$stratum]
listing$family <- seq_len(n)
listing$displaced <- as.integer(runif(n) < 0.15 + 0.1 * (listing$psu %% 3))
listing$phase2_stratum <- paste0(ifelse(listing$displaced == 1, "d", "o"), 1 + (listing$stratum > 1))
share <- c(d1 = 1, d2 = 1, o1 = .3, o2 = .4)
listing$chosen <- FALSE
for (g in names(share)) {
  all <- which(listing$phase2_stratum == g)
  listing$chosen[sample(all, ceiling(share[[g]] * length(all)))] <- TRUE
}
# some of the displaced did not answer: within each stratum those who did count as drawn
listing$chosen[sample(which(listing$displaced == 1), 7)] <- FALSE
listing$members <- ifelse(listing$chosen, sample(1:8, n, TRUE), 0)
listing$income <- ifelse(listing$chosen, round(exp(rnorm(n, 5, .5)) + 20 * (listing$psu %% 3), 1), 0)
listing$area <- sample(c("a", "b"), n, TRUE)
write.csv(listing, "two_phases.csv", row.names = FALSE, quote = FALSE)
out <- list()
keep <- function(case, quantity, domain, s) {
  out[[length(out) + 1]] <<- data.frame(case, quantity, domain, estimate = as.numeric(coef(s))[1], se = as.numeric(SE(s))[1])
}
# "approx" and "simple" are one method; with clusters R takes the second-phase probability of the first family
# of each, so only "full" is a reference there
for (m in "full") {
  d <- twophase(id = list(~psu, ~family), strata = list(~stratum, ~phase2_stratum), fpc = list(~frame, NULL),
                subset = ~chosen, data = listing, method = m)
  for (k in c("_T", "a", "b")) {
    s <- if (k == "_T") d else subset(d, area == k)
    keep(paste0(m, ".fpc"), "total", k, svytotal(~income, s)); keep(paste0(m, ".fpc"), "mean", k, svymean(~income, s))
    keep(paste0(m, ".fpc"), "ratio", k, svyratio(~income, ~members, s)); keep(paste0(m, ".fpc"), "displaced", k, svytotal(~displaced, s))
  }
}
# every family of the listing drawn by itself: from a very large population, and by the simple method from an infinite one
listing$many <- 1e6
large <- twophase(id = list(~1, ~1), strata = list(NULL, ~phase2_stratum), fpc = list(~many, NULL), subset = ~chosen, data = listing, method = "full")
simple <- twophase(id = list(~1, ~1), strata = list(NULL, ~phase2_stratum), subset = ~chosen, data = listing, method = "simple")
for (k in c("_T", "a")) for (case in c("full.large", "simple.replacement")) {
  d <- if (case == "full.large") large else simple
  s <- if (k == "_T") d else subset(d, area == k)
  keep(case, "mean", k, svymean(~income, s)); keep(case, "ratio", k, svyratio(~income, ~members, s))
}
result <- do.call(rbind, out)
for (column in c("estimate", "se")) result[[column]] <- sprintf("%.17g", result[[column]])
con <- file("two_phases.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script two_phases.R, seed 704", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)
