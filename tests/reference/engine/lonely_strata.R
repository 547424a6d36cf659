# Strata with one PSU under the policies of R's survey package.
# Run from this folder, after stratified_clusters.R: Rscript lonely_strata.R
suppressMessages(library(survey))
data <- read.csv("stratified_clusters.csv")
# strata 2 and 5 keep one PSU each
data <- data[!(data$stratum %in% c(2, 5) & data$psu > 1), ]
out <- list()
keep <- function(quantity, s) out[[length(out) + 1]] <<- data.frame(
  quantity, estimate = as.numeric(coef(s))[1], se = as.numeric(SE(s))[1])
for (fpc in c(FALSE, TRUE)) {
  d <- if (fpc) svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = data, nest = TRUE, fpc = ~psu_population)
       else svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = data, nest = TRUE)
  name <- if (fpc) "fpc" else "replacement"
  options(survey.lonely.psu = "certainty")
  keep(paste0(name, ".certainty.mean"), svymean(~displaced, d))
  keep(paste0(name, ".certainty.total"), svytotal(~displaced, d))
  options(survey.lonely.psu = "adjust")
  keep(paste0(name, ".centred.mean"), svymean(~displaced, d))
  keep(paste0(name, ".centred.mean_a"), svymean(~displaced, subset(d, domain == "a")))
  # survey 4.1 takes the only PSU of a stratum against 0 in totals, not against the mean of all PSUs
  keep(paste0(name, ".zero.total"), svytotal(~displaced, d))
}
# collapsed by hand: 2 joins 3, 5 joins 6
options(survey.lonely.psu = "fail")
data$joined <- c("1", "2+3", "2+3", "4", "5+6", "5+6")[data$stratum]
data$unit <- paste(data$stratum, data$psu)
d <- svydesign(id = ~unit, strata = ~joined, weights = ~weight, data = data)
keep("replacement.collapsed.mean", svymean(~displaced, d))
keep("replacement.collapsed.total", svytotal(~displaced, d))
result <- do.call(rbind, out)
for (column in c("estimate", "se")) result[[column]] <- sprintf("%.17g", result[[column]])
con <- file("lonely_strata.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script lonely_strata.R", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)
